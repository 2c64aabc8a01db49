"""Ctrl-C between two steps of a world."""

import contextlib
import signal
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def ctrl_c() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C came: it waits until the world stands still, as what is half done would spoil it."""
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGINT, before)
