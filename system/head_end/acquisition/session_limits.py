"""Limits of one session with a device: octets, requests, rows, time. A device that wants more is dropped.

A device may be broken or in the wrong hands: it may send blocks without end, announce arrays that no memory
holds, or one octet a second. Every session has its own account, so no device takes anything from another.
"""

from dataclasses import dataclass

from links.aio import AsyncLink


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """The bounds of one session.

    Args:
        octets_max: received, all in all.
        transfer_octets_max: of one value that comes in blocks.
        requests_max: sent, each block that is asked for counted.
        rows_max: of one answer.
        session_s: device time, from the connection on.
    """

    octets_max: int = 4_000_000
    transfer_octets_max: int = 400_000
    requests_max: int = 2_000
    rows_max: int = 10_000
    session_s: float = 1_800.0


class HostileDevice(Exception):
    """A device wants more than a session may cost; the message says of what."""


class GuardedLink:
    """A link with an account; an `AsyncBytePipe` for a session.

    Args:
        link: carries the octets; it is not closed here.
        limits: the bounds.

    Attributes:
        received_octets: so far.
        requests: messages sent so far.
        heard_s: when octets came last, None before the first.
    """

    __slots__ = ("_limits", "_link", "_until_s", "heard_s", "now_s", "received_octets", "requests")

    def __init__(self, link: AsyncLink, limits: SessionLimits) -> None:
        self._link = link
        self._limits = limits
        self.now_s = link.clock.now_s
        self._until_s = link.now_s() + limits.session_s
        self.received_octets = 0
        self.requests = 0
        self.heard_s: float | None = None

    async def send(self, data: bytes) -> None:
        """Send all of `data`.

        Raises:
            HostileDevice: the session has asked enough.
            LinkClosedError: the peer is gone.
        """
        self.requests += 1
        if self.requests > self._limits.requests_max:
            raise HostileDevice(f"more than {self._limits.requests_max} requests in one session")
        await self._link.send(data)

    async def receive(self, max_wait_s: float) -> bytes:
        """Bytes that came, empty when none came within `max_wait_s`.

        Raises:
            HostileDevice: more came than a session may cost, or it lasts too long.
            LinkClosedError: the peer is gone.
        """
        left_s = self._until_s - self.now_s()
        if left_s <= 0:
            raise HostileDevice(f"a session of more than {self._limits.session_s:g} s")
        data = await self._link.receive(min(max_wait_s, left_s))
        if data:
            self.heard_s = self.now_s()
            self.received_octets += len(data)
            if self.received_octets > self._limits.octets_max:
                raise HostileDevice(f"more than {self._limits.octets_max} octets in one session")
        return data
