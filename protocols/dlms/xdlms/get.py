"""The GET service: normal, next, with-list, and their responses.

Source: IEC 62056-5-3, Get-Request, Get-Response
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms import axdr
from protocols.dlms.axdr import encode_length
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.descriptors import AttributeReference
from protocols.dlms.xdlms.fields import (
    Result,
    list_of,
    octets,
    read_boolean,
    read_choice,
    read_code,
    read_invoke,
    read_list,
    read_octets,
    read_result,
    result_bytes,
)

REQUEST_TAG = 0xC0
RESPONSE_TAG = 0xC4
# tag, choice, invoke-id, choice of the result; the value follows
_NUMBER_AT = 4


@dataclass(frozen=True, slots=True)
class GetRequestNormal:
    """Read one attribute, or the part of it that the reference selects."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 1
    name: ClassVar[str] = "get-request-normal"
    invoke: int
    reference: AttributeReference

    @classmethod
    def read(cls, reader: Reader) -> "GetRequestNormal":
        """Read what follows the choice."""
        return cls(read_invoke(reader), AttributeReference.read(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.reference.to_bytes()


@dataclass(frozen=True, slots=True)
class GetRequestNext:
    """Ask for the block after `block_number`."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 2
    name: ClassVar[str] = "get-request-next"
    invoke: int
    block_number: int

    @classmethod
    def read(cls, reader: Reader) -> "GetRequestNext":
        """Read what follows the choice."""
        return cls(read_invoke(reader), reader.u32("block-number"))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.block_number.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class GetRequestWithList:
    """Read several attributes with one request."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 3
    name: ClassVar[str] = "get-request-with-list"
    invoke: int
    references: tuple[AttributeReference, ...]

    @classmethod
    def read(cls, reader: Reader) -> "GetRequestWithList":
        """Read what follows the choice."""
        return cls(
            read_invoke(reader), read_list(reader, "attribute-descriptor-list", AttributeReference.read)
        )

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + list_of(
            [item.to_bytes() for item in self.references]
        )


@dataclass(frozen=True, slots=True)
class GetResponseNormal:
    """The value, or why there is none."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 1
    name: ClassVar[str] = "get-response-normal"
    invoke: int
    result: Result

    @classmethod
    def of_number(cls, raw: bytes) -> "GetResponseNormal | None":
        """Response in `raw` when it carries a number, which is what meters answer most; None for all else."""
        number = axdr.decode_number(raw, _NUMBER_AT) if raw[3:_NUMBER_AT] == b"\x00" else None
        return None if number is None else cls(raw[2], number)

    @classmethod
    def read(cls, reader: Reader) -> "GetResponseNormal":
        """Read what follows the choice."""
        return cls(read_invoke(reader), read_result(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + result_bytes(self.result)


@dataclass(frozen=True, slots=True)
class GetResponseWithDatablock:
    """One block of a long value, or why the transfer ends.

    Args:
        invoke: invoke-id-and-priority.
        last_block: no block follows.
        block_number: from 1.
        result: piece of the encoded value, or a refusal.
    """

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 2
    name: ClassVar[str] = "get-response-with-datablock"
    invoke: int
    last_block: bool
    block_number: int
    result: bytes | DataAccessResult

    @classmethod
    def read(cls, reader: Reader) -> "GetResponseWithDatablock":
        """Read what follows the choice."""
        invoke = read_invoke(reader)
        last = read_boolean(reader, "last-block")
        number = reader.u32("block-number")
        with reader.group("result"):
            if read_choice(reader, "choice", (0, 1)) == 0:
                return cls(invoke, last, number, read_octets(reader, "raw-data"))
            return cls(invoke, last, number, read_code(reader, DataAccessResult, "data-access-result"))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        result = self.result
        body = bytes((1, result)) if isinstance(result, DataAccessResult) else b"\x00" + octets(result)
        head = bytes((self.tag, self.choice, self.invoke, self.last_block))
        return head + self.block_number.to_bytes(4, "big") + body


@dataclass(frozen=True, slots=True)
class GetResponseWithList:
    """One result for each attribute asked for, in the same order."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 3
    name: ClassVar[str] = "get-response-with-list"
    invoke: int
    results: tuple[Result, ...]

    @classmethod
    def read(cls, reader: Reader) -> "GetResponseWithList":
        """Read what follows the choice."""
        return cls(read_invoke(reader), read_list(reader, "result", read_result))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        results = b"".join(result_bytes(item) for item in self.results)
        return bytes((self.tag, self.choice, self.invoke)) + encode_length(len(self.results)) + results


REQUESTS = {kind.choice: kind for kind in (GetRequestNormal, GetRequestNext, GetRequestWithList)}
RESPONSES = {kind.choice: kind for kind in (GetResponseNormal, GetResponseWithDatablock, GetResponseWithList)}
