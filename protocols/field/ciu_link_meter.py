"""The meter's side of the link: answers are remembered, so that a repeated request is not done twice."""

from collections.abc import Iterable

from protocols.field.ciu_link import UNASKED, Frame
from protocols.field.ciu_link_messages import Message


class CiuAnswerer:
    """The last answer to each unit. It forgets with the power; what must outlive that is the meter's own."""

    __slots__ = ("_answered",)

    def __init__(self) -> None:
        self._answered: dict[int, tuple[int, list[bytes]]] = {}

    def recall(self, request: Frame) -> list[bytes] | None:
        """The frames that answered `request` before; None for a request that is new."""
        if not request.repeated:
            return None
        sequence, frames = self._answered.get(request.address, (UNASKED, []))
        return frames if sequence == request.sequence else None

    def answer(self, request: Frame, messages: Iterable[Message]) -> list[bytes]:
        """The frames that carry `messages` back, remembered.

        Raises:
            CiuLinkError: a message cannot be sent.
        """
        frames = [Frame(request.address, request.sequence, message).to_bytes() for message in messages]
        self._answered[request.address] = (request.sequence, frames)
        return frames

    def tell(self, address: int, message: Message) -> bytes:
        """The frame that tells a unit something for which it did not ask.

        Raises:
            CiuLinkError: the message cannot be sent.
        """
        return Frame(address, UNASKED, message).to_bytes()

    def reset(self) -> None:
        """The power went."""
        self._answered.clear()
