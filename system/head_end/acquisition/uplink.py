"""A conversation with a concentrator over its management port: the awaited driver of `UplinkHeadEnd`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from links.aio import AsyncLink
from protocols.field.errors import UplinkError
from protocols.field.lines import LINE_BYTES_MAX
from protocols.field.uplink import Answer, Message
from protocols.field.uplink_ends import UplinkHeadEnd
from protocols.field.uplink_peer import Answered, Asked, Closed, UplinkEvent
from system.head_end.acquisition.limits import GuardedLink, Limits

NONCE_OCTETS = 16
#: Of one conversation: a concentrator that comes back after an outage has much to tell.
_MESSAGES_MAX = 20_000
#: What comes unasked is kept at most so long as one question is under way.
_PUSHED_MAX = 500


class Uplink:
    """One conversation; one question at a time.

    Args:
        link: to the management port; the caller closes it.
        secret: shared with the concentrator; never shown.
        nonce: `NONCE_OCTETS` fresh random octets.
        name: what the head-end calls itself.
        patience_s: device time to wait for an answer.
        limits: of a session with a device; those of octets and requests are wider here.

    Attributes:
        pushed: messages that came unasked, in order; `take` one when it is kept.
    """

    def __init__(
        self, link: AsyncLink, secret: bytes, nonce: bytes, *, name: str, patience_s: float, limits: Limits
    ) -> None:
        wide = replace(limits, octets_max=_MESSAGES_MAX * LINE_BYTES_MAX // 10, requests_max=_MESSAGES_MAX)
        self._link = GuardedLink(link, wide)
        self._end = UplinkHeadEnd(secret, name, nonce)
        self._patience_s = patience_s
        self._asked = 0
        self.pushed: list[Message] = []

    @property
    def serial(self) -> str:
        """Serial of the concentrator, once it answered."""
        return self._end.serial

    async def open(self) -> None:
        """Greet; when this returns both ends have proved themselves.

        Raises:
            UplinkError: the other end does not know the secret, or does not answer.
            HostileDevice: it sends more than a session may cost.
            LinkClosedError: it is gone.
        """
        self._end.greet()
        await self._flush()
        deadline_s = self._link.now_s() + self._patience_s
        while not self._end.is_open:
            await self._listen(deadline_s, "hello")

    async def ask(self, type_name: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask, and give the body of the answer.

        Raises:
            UplinkError: it is refused, or not answered.
            HostileDevice: the other end sends more than a session may cost.
            LinkClosedError: it is gone.
        """
        self._asked += 1
        message_id = f"h-{self._asked}"
        self._end.ask(message_id, type_name, body)
        await self._flush()
        deadline_s = self._link.now_s() + self._patience_s
        while True:
            for event in await self._listen(deadline_s, type_name):
                if isinstance(event, Answered) and event.message.id == message_id:
                    return _body(event.answer)

    async def take(self, message: Message) -> None:
        """Answer a message that came unasked: it is kept, the concentrator need not say it again.

        Raises:
            LinkClosedError: the concentrator is gone.
        """
        self._end.answer(message.id)
        await self._flush()

    async def _listen(self, deadline_s: float, what: str) -> list[UplinkEvent]:
        left_s = deadline_s - self._link.now_s()
        data = await self._link.receive(left_s) if left_s > 0 else b""
        if not data:
            raise UplinkError("failed", f"{what} was not answered within {self._patience_s:g} s")
        events = self._end.receive_data(data)
        await self._flush()
        for event in events:
            if isinstance(event, Closed):
                raise UplinkError("forbidden", event.reason)
            if isinstance(event, Asked) and len(self.pushed) < _PUSHED_MAX:
                self.pushed.append(event.message)
        return events

    async def _flush(self) -> None:
        data = self._end.data_to_send()
        if data:
            await self._link.send(data)


def _body(answer: Answer) -> dict[str, Any]:
    return answer.unwrap()
