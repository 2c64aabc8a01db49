"""Requests that await an answer: sent again after a while, some times, then given up."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.plc_channel.prime.network import Network

#: a frame that finds no way to the wire is tried so many times more often
_UNSENT_FACTOR = 4
#: sends a frame and tells when it has left, or was given up
Send = Callable[[Callable[[bool], None]], None]


@dataclass(slots=True, eq=False)
class _Request:
    send: Send
    on_fail: Callable[[], None]
    wait_s: Callable[[int], float]
    transmissions: int
    until_s: float
    count: int = 0


class Exchanges:
    """What one modem has asked and not yet been told.

    Args:
        network: the world around.
    """

    __slots__ = ("_network", "_open")

    def __init__(self, network: "Network") -> None:
        self._network = network
        self._open: dict[Hashable, _Request] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._open

    def ask(
        self,
        key: Hashable,
        send: Send,
        on_fail: Callable[[], None],
        *,
        wait_s: Callable[[int], float],
        transmissions: int,
        lasts_s: float = 0.0,
    ) -> None:
        """Call `send` now, and again each time when `wait_s(n)` passed since the n-th frame left unanswered.

        It ends with `on_fail` after so many transmissions, but not before `lasts_s` have passed. Asking
        under the same key anew forgets the older request.
        """
        until_s = self._network.now_s + lasts_s
        request = self._open[key] = _Request(send, on_fail, wait_s, transmissions, until_s)
        self._send(key, request)

    def answered(self, key: Hashable) -> bool:
        """The answer came; whether it was awaited."""
        return self._open.pop(key, None) is not None

    def clear(self) -> None:
        """Await nothing any more."""
        self._open.clear()

    def _send(self, key: Hashable, request: _Request) -> None:
        request.count += 1
        request.send(lambda sent: self._left(key, request, sent=sent))

    def _left(self, key: Hashable, request: _Request, *, sent: bool) -> None:
        if self._open.get(key) is not request:
            return
        # a frame that found no way to the wire is known not to be answered: no need to wait for that
        wait_s = request.wait_s(request.count) if sent else 0.0
        self._network.later(wait_s, lambda: self._overdue(key, request, sent=sent))

    def _overdue(self, key: Hashable, request: _Request, *, sent: bool) -> None:
        if self._open.get(key) is not request:
            return
        most = request.transmissions * (1 if sent else _UNSENT_FACTOR)
        if request.count < most or self._network.now_s < request.until_s:
            self._network.air.counts["repeated"] += 1
            self._send(key, request)
            return
        del self._open[key]
        request.on_fail()
