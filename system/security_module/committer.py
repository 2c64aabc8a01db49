"""Group commit: while one batch is going to the disk, the records of every other request gather for the next.

On a disk that takes its time a thread writes, and the event loop goes on reading requests meanwhile. On a
quick one the loop writes by itself: handing a batch to a thread and back costs more than such a sync, and
no client can be answered before the batch is durable anyway. A failed write ends the module: the content of
the disk is then not known, and only a recovery can tell.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import perf_counter

from system.security_module.journal import Record
from system.security_module.store import Store, archive_name

COMPACT_ABOVE_BYTES = 16 << 20
"""A journal smaller than this is never begun anew."""

_GROWTH = 2

QUICK_S = 0.0005
"""A disk whose writes take less than this on the average is written to by the loop itself."""

_WEIGHT = 0.1  # of the newest write in the average


class Committer:
    """Makes records durable, many requests at a time.

    Args:
        store: whose journal it writes, alone while it runs.
        now: the module's time, for the name of a journal that is put away.
        compact_above_bytes: smallest journal that is begun anew.
        stopwatch: seconds, for how long a write takes.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        compact_above_bytes: int = COMPACT_ABOVE_BYTES,
        stopwatch: Callable[[], float] = perf_counter,
    ) -> None:
        self._store = store
        self._now = now
        self._smallest = compact_above_bytes
        # Not twice what it found: a module that is often started again would never begin anew.
        self._compact_at = compact_above_bytes
        self._pending: list[Record] = []
        self._gathering: asyncio.Future[None] | None = None
        self._writing: asyncio.Future[None] | None = None
        self._wake = asyncio.Event()
        self._closing = False
        self._stopwatch = stopwatch
        self._write_s = QUICK_S  # until one was timed, no disk is quick
        self.batches = 0

    def add(self, records: Iterable[Record]) -> None:
        """Queue records; `settled` tells when they are durable."""
        before = len(self._pending)
        self._pending.extend(records)
        if len(self._pending) > before:
            if self._gathering is None:
                self._gathering = asyncio.get_running_loop().create_future()
            self._wake.set()

    async def settled(self) -> None:
        """Return when everything that was added before this call is durable.

        Raises:
            OSError: the journal could not be written; the module is ending.
        """
        last = self._gathering or self._writing
        if last is not None:
            await asyncio.shield(last)

    def close(self) -> None:
        """Let `run` return once nothing is pending."""
        self._closing = True
        self._wake.set()

    async def run(self) -> None:
        """Write batches until `close`.

        Raises:
            OSError: the journal could not be written.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="journal") as writer:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._pending:
                    await self._write_batch(writer)
                if self._closing:
                    return

    async def _write_batch(self, writer: ThreadPoolExecutor) -> None:
        batch, self._pending = self._pending, []
        done, self._gathering = self._gathering, None
        assert done is not None  # noqa: S101 - records are never pending without it
        self._writing = done
        try:
            if self._store.journal.used_bytes >= self._compact_at:
                await asyncio.get_running_loop().run_in_executor(writer, self._compaction(batch))
            elif self._write_s < QUICK_S:
                self._append(batch)
            else:
                await asyncio.get_running_loop().run_in_executor(writer, self._append, batch)
        except OSError as error:
            self._fail(error)
            raise
        self.batches += 1
        done.set_result(None)

    def _append(self, batch: list[Record]) -> None:
        """Write a batch, and learn how long the disk takes."""
        began_s = self._stopwatch()
        self._store.journal.append(batch)
        took_s = self._stopwatch() - began_s
        self._write_s += _WEIGHT * (took_s - self._write_s)

    def _compaction(self, batch: list[Record]) -> Callable[[], None]:
        """Work for the thread; the snapshot is taken here, where the state does not change meanwhile."""
        journal, state = self._store.journal, self._store.state
        state.forget_old_results()
        snapshot = list(state.snapshot())
        kept = archive_name(self._store.directory, self._now())

        def append_and_compact() -> None:
            journal.append(batch)
            journal.replace(snapshot, keep_as=kept)
            self._compact_at = max(self._smallest, _GROWTH * journal.used_bytes)

        return append_and_compact

    def _fail(self, error: OSError) -> None:
        for future in (self._writing, self._gathering):
            if future is not None:
                future.set_exception(error)
                future.exception()  # its caller may be gone
        # Every later request gets the same answer.
        self._gathering = self._writing
