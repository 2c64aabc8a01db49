"""The utility in this process: books in a folder, a security module beside it, one thread that does the work.

All that touches the books is asked of one thread, and the asker waits: the world stands still meanwhile, so
the same seed gives the same books. Nothing of Django is imported before `open_office`.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

from amibench.office.processes import ProcessGroup, process_environment
from amibench.office.security_module import start_module
from system.demo.village import Village

P = ParamSpec("P")
T = TypeVar("T")


class WorldBusinessClock:
    """Business time that is the world's.

    Args:
        utc: gives the world's instant.
    """

    def __init__(self, utc: Callable[[], datetime]) -> None:
        self._utc = utc

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return self._utc()


class Office:
    """Books of the utility, and the one thread that works on them.

    Args:
        folder: private; the books and the module's store lie in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._desk = ThreadPoolExecutor(1, "office")

    def ask(self, work: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """Have something done at the desk, and wait for it.

        Raises:
            Exception: whatever the work raises.
        """
        return self._desk.submit(work, *args, **more).result()

    def close(self) -> None:
        """Nothing more is asked."""
        self._desk.submit(_close_connections).result()
        self._desk.shutdown()


@contextmanager
def open_office(folder: Path, utc: Callable[[], datetime], village: Village) -> Iterator[Office]:
    """Office with empty books for `village`, until the block ends.

    Raises:
        ChildDiedError: the security module did not come up.
        CommandError: a file cannot be written.
    """
    processes = ProcessGroup(folder, given := process_environment(folder))
    module = start_module(processes, folder)
    os.environ.update(given)
    office = Office(folder)
    try:
        office.ask(_set_up, utc)
        module.read_line()
        office.ask(_fill, village)
        yield office
    finally:
        office.close()
        processes.end()


def _set_up(utc: Callable[[], datetime]) -> None:
    import django
    from django.core.management import call_command

    from system.config import clock

    django.setup()
    clock.use_clock(WorldBusinessClock(utc))
    call_command("migrate", interactive=False, verbosity=0)


def _fill(village: Village) -> None:
    from system.demo.seed import seed_village

    seed_village(village)


def _close_connections() -> None:
    from django.db import connections

    from system.vending.module_client import close_client

    close_client()
    connections.close_all()
