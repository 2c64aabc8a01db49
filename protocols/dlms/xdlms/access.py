"""The ACCESS service: any mix of reading, writing and invoking in one request and one answer.

Source: IEC 62056-5-3, Access-Request, Access-Response, Long-Invoke-Id-And-Priority; Green Book, 9.3.11
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.descriptors import (
    AttributeDescriptor,
    AttributeReference,
    MethodDescriptor,
    SelectiveAccess,
)
from protocols.dlms.xdlms.fields import (
    list_of,
    octets,
    optional,
    read_code,
    read_data,
    read_date_time,
    read_list,
    read_optional,
)

GET, SET, ACTION = 1, 2, 3
_GET_SELECTED, _SET_SELECTED = 4, 5


@dataclass(frozen=True, slots=True)
class AccessSpecification:
    """Specification of one item: `GET`, `SET` or `ACTION`, and to what.

    Args:
        kind: 1, 2 or 3.
        target: an attribute, with its selection where only a part is meant, or a method.

    Source: IEC 62056-5-3, Access-Request-Specification
    """

    kind: int
    target: AttributeReference | MethodDescriptor

    @property
    def attribute(self) -> AttributeReference:
        """The attribute of an item that reads or writes.

        Raises:
            DlmsValueError: it invokes.
        """
        if not isinstance(self.target, AttributeReference):
            raise DlmsValueError("access-request-action names a method")
        return self.target

    @property
    def method(self) -> MethodDescriptor:
        """The method of an item that invokes.

        Raises:
            DlmsValueError: it reads or writes.
        """
        if not isinstance(self.target, MethodDescriptor):
            raise DlmsValueError("access-request-get and -set name an attribute")
        return self.target

    @classmethod
    def read(cls, reader: Reader) -> "AccessSpecification":
        """Read one access-request-specification."""
        with reader.group("access-request-specification") as group:
            choice = reader.u8("choice")
            if choice not in _SPECIFICATIONS:
                raise DecodeError(f"access-request-specification: choice {choice} is not known", code=choice)
            group.name, kind, read = _SPECIFICATIONS[choice]
            return cls(kind, read(reader))

    def to_bytes(self) -> bytes:
        """The choice and what it names."""
        if isinstance(self.target, MethodDescriptor):
            return bytes((self.kind,)) + self.target.to_bytes()
        selection = self.target.selection
        if selection is None:
            return bytes((self.kind,)) + self.target.attribute.to_bytes()
        # with-selection is three further than without
        return (
            bytes((self.kind + _GET_SELECTED - GET,))
            + self.target.attribute.to_bytes()
            + selection.to_bytes()
        )


def _read_plain(reader: Reader) -> AttributeReference:
    return AttributeReference(AttributeDescriptor.read(reader))


def _read_selected(reader: Reader) -> AttributeReference:
    return AttributeReference(AttributeDescriptor.read(reader), SelectiveAccess.read(reader))


_SPECIFICATIONS: dict[
    int, tuple[str, int, Callable[[Reader], AttributeReference] | Callable[[Reader], MethodDescriptor]]
] = {
    GET: ("access-request-get", GET, _read_plain),
    SET: ("access-request-set", SET, _read_plain),
    ACTION: ("access-request-action", ACTION, MethodDescriptor.read),
    _GET_SELECTED: ("access-request-get-with-selection", GET, _read_selected),
    _SET_SELECTED: ("access-request-set-with-selection", SET, _read_selected),
}


def _read_specifications(reader: Reader) -> tuple[AccessSpecification, ...]:
    return read_list(reader, "access-request-specification", AccessSpecification.read)


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Read, write and invoke with one request.

    Args:
        long_invoke: long-invoke-id-and-priority, 32 bits; see `xdlms.long_invoke`.
        date_time: 12 octets of a COSEM date-time, None when not given.
        specifications: what is done.
        data: one value for each: null-data to read, the value to write, the parameter to invoke.
    """

    tag: ClassVar[int] = 0xD9
    name: ClassVar[str] = "access-request"
    long_invoke: int
    date_time: bytes | None
    specifications: tuple[AccessSpecification, ...]
    data: tuple[Data, ...]

    @classmethod
    def read(cls, reader: Reader) -> "AccessRequest":
        """Read what follows the tag."""
        invoke, date_time = reader.u32("long-invoke-id-and-priority"), read_date_time(reader)
        specifications = _read_specifications(reader)
        return cls(
            invoke, date_time, specifications, read_list(reader, "access-request-list-of-data", read_data)
        )

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        head = bytes((self.tag,)) + self.long_invoke.to_bytes(4, "big") + octets(self.date_time or b"")
        specifications = list_of([item.to_bytes() for item in self.specifications])
        return head + specifications + list_of([axdr.encode(item) for item in self.data])


@dataclass(frozen=True, slots=True)
class AccessResult:
    """Result of one item: its kind and the result in the words of that kind.

    Source: IEC 62056-5-3, Access-Response-Specification
    """

    kind: int
    result: DataAccessResult | ActionResult

    @classmethod
    def read(cls, reader: Reader) -> "AccessResult":
        """Read one access-response-specification."""
        with reader.group("access-response-specification") as group:
            kind = reader.u8("choice")
            if kind not in _RESULTS:
                raise DecodeError(f"access-response-specification: choice {kind} is not known", code=kind)
            group.name, code = _RESULTS[kind]
            return cls(kind, read_code(reader, code, "result"))

    def to_bytes(self) -> bytes:
        """The choice and the result."""
        return bytes((self.kind, self.result))


_RESULTS: dict[int, tuple[str, type[Any]]] = {
    GET: ("access-response-get", DataAccessResult),
    SET: ("access-response-set", DataAccessResult),
    ACTION: ("access-response-action", ActionResult),
}


@dataclass(frozen=True, slots=True)
class AccessResponse:
    """Response with the results of the items of an `AccessRequest`.

    Args:
        long_invoke: of the request.
        date_time: 12 octets of a COSEM date-time, None when not given.
        specifications: the items of the request again, None unless it asked to describe itself.
        data: one value for each item, null-data where it gave none.
        results: how each item went.
    """

    tag: ClassVar[int] = 0xDA
    name: ClassVar[str] = "access-response"
    long_invoke: int
    date_time: bytes | None
    specifications: tuple[AccessSpecification, ...] | None
    data: tuple[Data, ...]
    results: tuple[AccessResult, ...]

    @classmethod
    def read(cls, reader: Reader) -> "AccessResponse":
        """Read what follows the tag."""
        invoke, date_time = reader.u32("long-invoke-id-and-priority"), read_date_time(reader)
        specifications = read_optional(reader, "access-request-specification", _read_specifications)
        data = read_list(reader, "access-response-list-of-data", read_data)
        results = read_list(reader, "access-response-specification", AccessResult.read)
        return cls(invoke, date_time, specifications, data, results)

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        head = bytes((self.tag,)) + self.long_invoke.to_bytes(4, "big") + octets(self.date_time or b"")
        listed = self.specifications
        specifications = None if listed is None else list_of([item.to_bytes() for item in listed])
        data = list_of([axdr.encode(item) for item in self.data])
        return head + optional(specifications) + data + list_of([item.to_bytes() for item in self.results])
