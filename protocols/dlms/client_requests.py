"""How each call of a client becomes the APDU to send: whole, or its first block where it is too long.

Source: IEC 62056-5-3, GET, SET and ACTION services, with lists and with blocks
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from protocols.dlms import axdr
from protocols.dlms.apdu import Apdu
from protocols.dlms.axdr import Data
from protocols.dlms.blocks import block_room
from protocols.dlms.client_exchange import Exchange
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.declaration import ClassReference, class_id_of
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.errors import DlmsValueError, LocalProtocolError
from protocols.dlms.obis import Obis
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
from protocols.dlms.xdlms.fields import DataBlock, list_of
from protocols.dlms.xdlms.get import GetRequestNormal, GetRequestWithList
from protocols.dlms.xdlms.set import (
    SetRequestFirstBlock,
    SetRequestNormal,
    SetRequestWithList,
    SetRequestWithListFirstBlock,
)

# An attribute to read: class, logical name, attribute index and, for a part of it, a selection.
Target = tuple[ClassReference, Obis, int] | tuple[ClassReference, Obis, int, Selection | None]
# tag, choice, invoke-id, last-block, block-number (4); the reference and the length of the raw data follow
_BLOCK_OVERHEAD = 8
_GET_HEADS = tuple(bytes((GetRequestNormal.tag, GetRequestNormal.choice, invoke)) for invoke in range(256))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the association lets a request be.

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
        """Whether a request of `octets` is handed on whole: it fits, or general blocks carry it.

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
