"""How the demo is asked to end: signals that raise once, and are not heard again on the way out."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

#: Who asks the demo to end, and with which exit code it then does.
EXIT_BY_SIGNAL = {signal.SIGINT: 130, signal.SIGTERM: 0, signal.SIGHUP: 129}


class Stopped(BaseException):  # like KeyboardInterrupt, it is nobody's to catch on the way
    """Somebody wants the demo to end.

    Args:
        code: exit code.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """While the block lasts, a signal to end raises `Stopped` in it."""

    def stop(number: int, _frame: FrameType | None) -> None:
        deaf()  # the way out is not to be stopped
        raise Stopped(EXIT_BY_SIGNAL[signal.Signals(number)])

    before = {number: signal.signal(number, stop) for number in EXIT_BY_SIGNAL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def deaf() -> None:
    """Hear no signal to end any more: what is being ended is ended already."""
    for number in EXIT_BY_SIGNAL:
        signal.signal(number, signal.SIG_IGN)
