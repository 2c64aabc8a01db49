"""One request of a client under way: which answer belongs to it, and its blocks in and out."""

from protocols.dlms.blocks import BlockReceiver, BlockSender
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.xdlms.fields import CONFIRMED, HIGH_PRIORITY, INVOKE_ID_MASK, DataBlock
from protocols.dlms.xdlms.long_invoke import LONG_CONFIRMED, LONG_INVOKE_ID_MASK

# What tells the long invoke-ids of ACCESS from the short ones of the other services.
_LONG = LONG_INVOKE_ID_MASK + 1


def short_key(invoke: int) -> int:
    """What the answer to an invoke-id-and-priority of 8 bits is known by."""
    return invoke & INVOKE_ID_MASK


def long_key(long_invoke: int) -> int:
    """What the answer to a long-invoke-id-and-priority of 32 bits is known by."""
    return _LONG | (long_invoke & LONG_INVOKE_ID_MASK)


def answer_key(answer: object) -> int | None:
    """What an APDU is known by as an answer, None when it carries no invoke-id."""
    invoke = getattr(answer, "invoke", None)
    if invoke is not None:
        return short_key(invoke)
    invoke = getattr(answer, "long_invoke", None)
    return None if invoke is None else long_key(invoke)


class Exchange:
    """One request under way.

    Args:
        invoke: invoke-id-and-priority of the request, of 32 bits when `is_long`.
        max_octets: octets that the blocks of a long answer may join to.
        with_list: the answer is a list of results.
        is_long: the service is ACCESS.

    Attributes:
        as_octets: the value that answers a GET is wanted undecoded.
        confirmed: whether an answer is wanted.
        key: what its answer is known by; see `answer_key`.
    """

    __slots__ = (
        "_max_octets",
        "_receiver",
        "as_octets",
        "confirmed",
        "invoke",
        "key",
        "sender",
        "with_list",
    )

    def __init__(
        self, invoke: int, max_octets: int, *, with_list: bool = False, is_long: bool = False
    ) -> None:
        self.invoke = invoke
        self.key = long_key(invoke) if is_long else invoke & INVOKE_ID_MASK
        self.confirmed = bool(invoke & (LONG_CONFIRMED if is_long else CONFIRMED))
        self.with_list = with_list
        self.as_octets = False
        self.sender: BlockSender | None = None
        self._max_octets = max_octets
        self._receiver: BlockReceiver | None = None

    @property
    def receiver(self) -> BlockReceiver:
        """What joins the blocks of the answer."""
        if self._receiver is None:
            self._receiver = BlockReceiver(self._max_octets)
        return self._receiver

    def cut(self, payload: bytes, block_octets: int, first_octets: int) -> DataBlock:
        """Begin to send `payload` in blocks: the first of them, with at most `first_octets` of it."""
        self.sender = BlockSender(payload, block_octets, first_octets)
        return self.sender.next()

    def next_block(self, acknowledged: int) -> DataBlock:
        """The block after the one that the server acknowledged.

        Raises:
            RemoteProtocolError: the server acknowledged another block, or one that was the last.
        """
        sender = self.sender
        if sender is None or sender.done or sender.block_number != acknowledged:
            raise RemoteProtocolError(f"block {acknowledged} was acknowledged, which was not sent last")
        return sender.next()


class Exchanges:
    """Numbers the requests of one client, and remembers those that it waits for no longer.

    Args:
        max_octets: octets that the blocks of one long answer may join to.

    Attributes:
        abandoned: keys of requests whose answers, should they still come, are ignored.
    """

    __slots__ = ("_long", "_max_octets", "_short", "abandoned")

    def __init__(self, max_octets: int) -> None:
        self._max_octets = max_octets
        self._short = self._long = 0
        self.abandoned: set[int] = set()

    def short(self, *, confirmed: bool = True, with_list: bool = False) -> Exchange:
        """The next request with an invoke-id of 4 bits."""
        self._short = (self._short + 1) & INVOKE_ID_MASK
        invoke = HIGH_PRIORITY | (CONFIRMED if confirmed else 0) | self._short
        return self._begun(Exchange(invoke, self._max_octets, with_list=with_list))

    def long(self, flags: int) -> Exchange:
        """The next request with an invoke-id of 24 bits; `flags` are the bits beside it."""
        self._long = (self._long + 1) & LONG_INVOKE_ID_MASK
        return self._begun(Exchange(flags | self._long, self._max_octets, is_long=True))

    def abandon(self, exchange: Exchange) -> None:
        """Wait for its answer no longer."""
        self.abandoned.add(exchange.key)

    def forget(self) -> None:
        """The association fell: no late answer can come."""
        self.abandoned.clear()

    def _begun(self, exchange: Exchange) -> Exchange:
        if self.abandoned:
            self.abandoned.discard(exchange.key)
        return exchange
