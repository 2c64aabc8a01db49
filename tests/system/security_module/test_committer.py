"""Which hand writes: the loop on a quick disk, a thread on a slow one and for a journal that begins anew."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from system.security_module import store
from system.security_module.committer import QUICK_S, Committer
from system.security_module.journal import Journal, recover


class WatchedJournal(Journal):
    """Remembers which thread wrote each batch, and how many records were in it."""

    written: list[tuple[bool, int]]
    fails_at: int | None = None

    def append(self, records: Any) -> None:
        if len(self.written) == self.fails_at:
            raise OSError(5, "Input/output error")
        self.written.append((threading.current_thread() is threading.main_thread(), len(records)))
        super().append(records)


@pytest.fixture
def opened(directory: Path, passphrase: str, wall) -> Iterator[Any]:
    opened = store.open_store(directory, passphrase, wall())
    opened.journal.close()
    opened.journal = WatchedJournal(directory / store.JOURNAL)
    opened.journal.written = []
    yield opened
    opened.close()


def taking(seconds: float) -> Callable[[], float]:
    """A stopwatch under which every write takes so long."""
    return itertools.count(0.0, seconds).__next__


async def write(committer: Committer, batches: int, records: int = 1) -> None:
    running = asyncio.ensure_future(committer.run())
    for number in range(batches):
        for _ in range(records):
            committer.add([{"kind": "note", "number": number}])
        await committer.settled()
    committer.close()
    await running


def by_the_loop(opened: Any) -> list[bool]:
    return [by_loop for by_loop, _ in opened.journal.written]


def test_a_quick_disk_is_written_to_by_the_loop(opened, wall) -> None:
    """The first batch goes by the thread: how quick the disk is must be learnt."""
    asyncio.run(write(Committer(opened, wall, stopwatch=taking(QUICK_S / 10)), 5))
    assert by_the_loop(opened) == [False, True, True, True, True]


def test_a_slow_disk_never_holds_the_loop(opened, wall) -> None:
    asyncio.run(write(Committer(opened, wall, stopwatch=taking(QUICK_S * 4)), 5))
    assert by_the_loop(opened) == [False] * 5


def test_a_disk_that_becomes_slow_goes_back_to_the_thread(opened, wall) -> None:
    times = itertools.chain(*((0.0, QUICK_S / 10) for _ in range(3)), itertools.cycle((0.0, 20 * QUICK_S)))
    asyncio.run(write(Committer(opened, wall, stopwatch=times.__next__), 6))
    assert by_the_loop(opened) == [False, True, True, True, False, False]


@pytest.mark.parametrize("seconds", [QUICK_S / 10, QUICK_S * 4])
def test_what_was_added_together_shares_a_sync_either_way(opened, wall, seconds: float) -> None:
    asyncio.run(write(Committer(opened, wall, stopwatch=taking(seconds)), 3, records=8))
    assert [records for _, records in opened.journal.written] == [8, 8, 8]


def test_the_loop_never_begins_a_journal_anew(opened, wall, directory: Path) -> None:
    committer = Committer(opened, wall, compact_above_bytes=opened.journal.used_bytes + 150)
    committer._write_s = 0.0
    asyncio.run(write(committer, 6))
    assert set(by_the_loop(opened)) == {True, False}
    assert list(directory.glob("journal.*"))
    numbers = [record.get("number") for record in recover((directory / store.JOURNAL).read_bytes()).records]
    assert numbers[-1] == 5


def test_a_failed_write_of_the_loop_ends_the_module(opened, wall) -> None:
    opened.journal.fails_at = 1

    async def commit() -> None:
        committer = Committer(opened, wall, stopwatch=taking(QUICK_S / 10))
        running = asyncio.ensure_future(committer.run())
        committer.add([{"kind": "note"}])
        await committer.settled()
        committer.add([{"kind": "note"}])
        for _ in range(2):
            with pytest.raises(OSError, match="Input/output"):
                await committer.settled()
        with pytest.raises(OSError, match="Input/output"):
            await running

    asyncio.run(commit())
