"""Requests of a client: each call becomes an APDU to send, whole, or its first block where it is too long.

Source: IEC 62056-5-3, GET, SET and ACTION services, with lists and with blocks
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from protocols.dlms import axdr
from protocols.dlms.apdu import Apdu
from protocols.dlms.axdr import Data
from protocols.dlms.blocks import BlockReceiver, BlockSender, block_room
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.declaration import ClassReference, class_id_of
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.errors import DlmsValueError, LocalProtocolError, RemoteProtocolError
from protocols.dlms.obis import Obis
from protocols.dlms.xdlms.access import ACTION, GET, SET, AccessRequest, AccessResponse, AccessSpecification
from protocols.dlms.xdlms.action import (
    ActionRequestFirstBlock,
    ActionRequestNormal,
    ActionRequestWithList,
    ActionRequestWithListFirstBlock,
)
from protocols.dlms.xdlms.descriptors import (
    AttributeDescriptor,
    AttributeReference,
    MethodDescriptor,
    SelectiveAccess,
)
from protocols.dlms.xdlms.fields import (
    BREAK_ON_ERROR,
    CONFIRMED,
    HIGH_PRIORITY,
    INVOKE_ID_MASK,
    LONG_CONFIRMED,
    LONG_HIGH_PRIORITY,
    LONG_INVOKE_ID_MASK,
    SELF_DESCRIPTIVE,
    DataBlock,
    list_of,
)
from protocols.dlms.xdlms.get import GetRequestNormal, GetRequestWithList
from protocols.dlms.xdlms.set import (
    SetRequestFirstBlock,
    SetRequestNormal,
    SetRequestWithList,
    SetRequestWithListFirstBlock,
)

# One request of a client under way: which answer belongs to it, and its blocks in and out.

# What tells the long invoke-ids of ACCESS from the short ones of the other services.
_LONG = LONG_INVOKE_ID_MASK + 1


def short_key(invoke: int) -> int:
    """Key of the answer to an invoke-id-and-priority of 8 bits."""
    return invoke & INVOKE_ID_MASK


def long_key(long_invoke: int) -> int:
    """Key of the answer to a long-invoke-id-and-priority of 32 bits."""
    return _LONG | (long_invoke & LONG_INVOKE_ID_MASK)


def answer_key(answer: object) -> int | None:
    """Key of an APDU as an answer, None when it carries no invoke-id."""
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
        """Receiver of the blocks of the answer."""
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


# An attribute to read: class, logical name, attribute index and, for a part of it, a selection.
Target = tuple[ClassReference, Obis, int] | tuple[ClassReference, Obis, int, Selection | None]
# tag, choice, invoke-id, last-block, block-number (4); the reference and the length of the raw data follow
_BLOCK_OVERHEAD = 8
_GET_HEADS = tuple(bytes((GetRequestNormal.tag, GetRequestNormal.choice, invoke)) for invoke in range(256))


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms that the association sets for a request.

    Args:
        granted: services that may be used.
        request_octets_max: octets of the longest request before it is protected.
        server_octets_max: octets of the longest APDU that the server takes.
        general: general-block-transfer may be used.
        by_gbt: it is preferred to the blocks of the service.
    """

    granted: Conformance
    request_octets_max: int
    server_octets_max: int
    general: bool = False
    by_gbt: bool = False

    def whole(self, octets: int, blocks: Conformance) -> bool:
        """True if a request of `octets` is handed on whole: it fits, or general blocks carry it.

        Raises:
            LocalProtocolError: it does not fit, and the server takes no blocks.

        No flag as `blocks`: the service has no blocks of its own.
        """
        if octets <= self.request_octets_max:
            return True
        if not self.general and not self.granted & blocks:
            raise LocalProtocolError(
                f"{octets} octets: the server takes {self.request_octets_max}, and no blocks"
            )
        return self.general and (self.by_gbt or not self.granted & blocks)


def attribute_reference(
    cosem_class: ClassReference, obis: Obis, attribute: int, selection: Selection | None = None
) -> AttributeReference:
    """An attribute as a request names it."""
    selective = None if selection is None else SelectiveAccess(selection.selector, selection.to_data())
    return AttributeReference(AttributeDescriptor(class_id_of(cosem_class), obis, attribute), selective)


def method_descriptor(cosem_class: ClassReference, obis: Obis, method: int) -> MethodDescriptor:
    """A method as a request names it."""
    return MethodDescriptor(class_id_of(cosem_class), obis, method)


def get(
    exchange: Exchange, cosem_class: ClassReference, obis: Obis, attribute: int, selection: Selection | None
) -> bytes:
    """Read one attribute."""
    if selection is None:
        return _GET_HEADS[exchange.invoke] + _plain_reference(class_id_of(cosem_class), obis, attribute)
    reference = attribute_reference(cosem_class, obis, attribute, selection)
    return encode(GetRequestNormal(exchange.invoke, reference))


@lru_cache(maxsize=1024)
def _plain_reference(class_id: int, obis: Obis, attribute: int) -> bytes:
    """A reference without selection as it travels: a client asks for the same ones again and again."""
    try:
        return AttributeDescriptor(class_id, obis, attribute).to_bytes() + b"\x00"
    except OverflowError as error:
        raise DlmsValueError("get-request-normal: a number is out of range") from error


def get_list(exchange: Exchange, targets: Sequence[Target]) -> bytes:
    """Read several attributes."""
    references = tuple(attribute_reference(*target) for target in targets)
    return encode(GetRequestWithList(exchange.invoke, references))


def set_one(exchange: Exchange, terms: Terms, reference: AttributeReference, value: Data) -> bytes:
    """Write one attribute."""
    invoke = exchange.invoke
    return _whole_or_block(
        exchange,
        terms,
        Conformance.BLOCK_TRANSFER_WITH_SET_OR_WRITE,
        SetRequestNormal(invoke, reference, value),
        axdr.encode(value),
        lambda block: SetRequestFirstBlock(invoke, reference, block),
    )


def set_list(exchange: Exchange, terms: Terms, items: Sequence[tuple[AttributeReference, Data]]) -> bytes:
    """Write several attributes."""
    invoke = exchange.invoke
    references, values = tuple(item[0] for item in items), tuple(item[1] for item in items)
    return _whole_or_block(
        exchange,
        terms,
        Conformance.BLOCK_TRANSFER_WITH_SET_OR_WRITE,
        SetRequestWithList(invoke, references, values),
        list_of([axdr.encode(value) for value in values]),
        lambda block: SetRequestWithListFirstBlock(invoke, references, block),
    )


def action(exchange: Exchange, terms: Terms, method: MethodDescriptor, parameter: Data | None) -> bytes:
    """Invoke one method."""
    invoke = exchange.invoke
    whole = ActionRequestNormal(invoke, method, parameter)
    if parameter is None:
        return encode(whole)
    return _whole_or_block(
        exchange,
        terms,
        Conformance.BLOCK_TRANSFER_WITH_ACTION,
        whole,
        axdr.encode(parameter),
        lambda block: ActionRequestFirstBlock(invoke, method, block),
    )


def action_list(
    exchange: Exchange, terms: Terms, items: Sequence[tuple[MethodDescriptor, Data | None]]
) -> bytes:
    """Invoke several methods; null-data stands for a parameter that is not given."""
    invoke = exchange.invoke
    methods = tuple(item[0] for item in items)
    parameters = tuple(axdr.null() if item[1] is None else item[1] for item in items)
    return _whole_or_block(
        exchange,
        terms,
        Conformance.BLOCK_TRANSFER_WITH_ACTION,
        ActionRequestWithList(invoke, methods, parameters),
        list_of([axdr.encode(parameter) for parameter in parameters]),
        lambda block: ActionRequestWithListFirstBlock(invoke, methods, block),
    )


def _whole_or_block(
    exchange: Exchange,
    terms: Terms,
    blocks: Conformance,
    whole: Apdu,
    payload: bytes,
    first: Callable[[DataBlock], Apdu],
) -> bytes:
    apdu = encode(whole)
    if terms.whole(len(apdu), blocks):
        return apdu
    if not exchange.confirmed:
        raise LocalProtocolError(f"{len(apdu)} octets: blocks of the service need a confirmed request")
    # What the first block repeats of the whole: all but the value and the tag, choice and invoke-id.
    references = len(apdu) - len(payload) - 3
    room = block_room(terms.request_octets_max, _BLOCK_OVERHEAD)
    first_room = block_room(terms.request_octets_max, _BLOCK_OVERHEAD + references)
    return first(exchange.cut(payload, room, first_room)).to_bytes()


def encode(apdu: Apdu) -> bytes:
    """The octets of an APDU.

    Raises:
        DlmsValueError: a number in it is out of range.
    """
    try:
        return apdu.to_bytes()
    except OverflowError as error:
        raise DlmsValueError(f"{apdu.name}: a number is out of range") from error


# The ACCESS service of a client: the items of a request, and what came of each.
#
# Source: IEC 62056-5-3, ACCESS service


@dataclass(frozen=True, slots=True)
class AccessGet:
    """Read an attribute: class, logical name, index and, for a part of it, a selection."""

    target: Target


@dataclass(frozen=True, slots=True)
class AccessSet:
    """Write an attribute."""

    target: Target
    data: Data


@dataclass(frozen=True, slots=True)
class AccessAction:
    """Invoke a method; `data` None is sent as null-data."""

    cosem_class: ClassReference
    obis: Obis
    method: int
    data: Data | None = None


AccessItem = AccessGet | AccessSet | AccessAction


@dataclass(frozen=True, slots=True)
class AccessOutcome:
    """Outcome of one item: its result, and the value that was read or returned (null-data when none)."""

    result: DataAccessResult | ActionResult
    data: Data


@dataclass(frozen=True, slots=True)
class AccessDone:
    """Answer to an ACCESS: one outcome for each item, in the same order."""

    outcomes: tuple[AccessOutcome, ...]


def access_flags(*, confirmed: bool, break_on_error: bool, self_descriptive: bool) -> int:
    """The bits of long-invoke-id-and-priority beside the invoke-id."""
    flags = (
        (confirmed, LONG_CONFIRMED),
        (break_on_error, BREAK_ON_ERROR),
        (self_descriptive, SELF_DESCRIPTIVE),
    )
    return LONG_HIGH_PRIORITY | sum(bit for wanted, bit in flags if wanted)


def access_request(invoke: int, items: Sequence[AccessItem]) -> AccessRequest:
    """The APDU that asks for `items`."""
    specifications, data = [], []
    for item in items:
        kind, value = _KINDS[type(item)], axdr.null()
        if not isinstance(item, AccessGet):
            value = item.data or value
        if isinstance(item, AccessAction):
            specifications.append(
                AccessSpecification(kind, method_descriptor(item.cosem_class, item.obis, item.method))
            )
        else:
            specifications.append(AccessSpecification(kind, attribute_reference(*item.target)))
        data.append(value)
    return AccessRequest(invoke, None, tuple(specifications), tuple(data))


_KINDS = {AccessGet: GET, AccessSet: SET, AccessAction: ACTION}


def access_done(answer: AccessResponse) -> AccessDone:
    """Outcomes in the answer.

    Raises:
        RemoteProtocolError: it has not as many values as results.
    """
    if len(answer.data) != len(answer.results):
        raise RemoteProtocolError(
            f"access-response: {len(answer.data)} values and {len(answer.results)} results"
        )
    pairs = zip(answer.results, answer.data, strict=True)
    return AccessDone(tuple(AccessOutcome(item.result, data) for item, data in pairs))
