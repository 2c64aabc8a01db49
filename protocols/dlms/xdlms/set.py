"""The SET service: normal, with data blocks, with-list, and their responses.

Source: IEC 62056-5-3, Set-Request, Set-Response
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.descriptors import AttributeReference
from protocols.dlms.xdlms.fields import DataBlock, list_of, read_code, read_data, read_invoke, read_list

REQUEST_TAG = 0xC1
RESPONSE_TAG = 0xC5


@dataclass(frozen=True, slots=True)
class SetRequestNormal:
    """Write one attribute."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 1
    name: ClassVar[str] = "set-request-normal"
    invoke: int
    reference: AttributeReference
    value: Data

    @classmethod
    def read(cls, reader: Reader) -> "SetRequestNormal":
        """Read what follows the choice."""
        return cls(read_invoke(reader), AttributeReference.read(reader), read_data(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return (
            bytes((self.tag, self.choice, self.invoke)) + self.reference.to_bytes() + axdr.encode(self.value)
        )


@dataclass(frozen=True, slots=True)
class SetRequestFirstBlock:
    """Begin to write a long value: the reference and the first block."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 2
    name: ClassVar[str] = "set-request-with-first-datablock"
    invoke: int
    reference: AttributeReference
    block: DataBlock

    @classmethod
    def read(cls, reader: Reader) -> "SetRequestFirstBlock":
        """Read what follows the choice."""
        return cls(read_invoke(reader), AttributeReference.read(reader), DataBlock.read(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.reference.to_bytes() + self.block.to_bytes()


@dataclass(frozen=True, slots=True)
class SetRequestBlock:
    """A further block of a long value."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 3
    name: ClassVar[str] = "set-request-with-datablock"
    invoke: int
    block: DataBlock

    @classmethod
    def read(cls, reader: Reader) -> "SetRequestBlock":
        """Read what follows the choice."""
        return cls(read_invoke(reader), DataBlock.read(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.block.to_bytes()


@dataclass(frozen=True, slots=True)
class SetRequestWithList:
    """Write several attributes with one request: as many values as references."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 4
    name: ClassVar[str] = "set-request-with-list"
    invoke: int
    references: tuple[AttributeReference, ...]
    values: tuple[Data, ...]

    @classmethod
    def read(cls, reader: Reader) -> "SetRequestWithList":
        """Read what follows the choice."""
        invoke = read_invoke(reader)
        references = read_list(reader, "attribute-descriptor-list", AttributeReference.read)
        return cls(invoke, references, read_list(reader, "value-list", read_data))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        references = list_of([item.to_bytes() for item in self.references])
        return (
            bytes((self.tag, self.choice, self.invoke))
            + references
            + list_of([axdr.encode(v) for v in self.values])
        )


@dataclass(frozen=True, slots=True)
class SetRequestWithListFirstBlock:
    """Begin to write several attributes with blocks."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 5
    name: ClassVar[str] = "set-request-with-list-and-first-datablock"
    invoke: int
    references: tuple[AttributeReference, ...]
    block: DataBlock

    @classmethod
    def read(cls, reader: Reader) -> "SetRequestWithListFirstBlock":
        """Read what follows the choice."""
        invoke = read_invoke(reader)
        references = read_list(reader, "attribute-descriptor-list", AttributeReference.read)
        return cls(invoke, references, DataBlock.read(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        references = list_of([item.to_bytes() for item in self.references])
        return bytes((self.tag, self.choice, self.invoke)) + references + self.block.to_bytes()


def _read_result(reader: Reader) -> DataAccessResult:
    return read_code(reader, DataAccessResult, "data-access-result")


@dataclass(frozen=True, slots=True)
class SetResponseNormal:
    """True if the value was written."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 1
    name: ClassVar[str] = "set-response-normal"
    invoke: int
    result: DataAccessResult

    @classmethod
    def read(cls, reader: Reader) -> "SetResponseNormal":
        """Read what follows the choice."""
        return cls(read_invoke(reader), _read_result(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke, self.result))


@dataclass(frozen=True, slots=True)
class SetResponseBlock:
    """Block `block_number` came; send the next one."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 2
    name: ClassVar[str] = "set-response-datablock"
    invoke: int
    block_number: int

    @classmethod
    def read(cls, reader: Reader) -> "SetResponseBlock":
        """Read what follows the choice."""
        return cls(read_invoke(reader), reader.u32("block-number"))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.block_number.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class SetResponseLastBlock:
    """The last block came, or the transfer was broken off: whether the value was written."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 3
    name: ClassVar[str] = "set-response-last-datablock"
    invoke: int
    result: DataAccessResult
    block_number: int

    @classmethod
    def read(cls, reader: Reader) -> "SetResponseLastBlock":
        """Read what follows the choice."""
        return cls(read_invoke(reader), _read_result(reader), reader.u32("block-number"))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke, self.result)) + self.block_number.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class SetResponseLastBlockWithList:
    """The last block of several values came: one result for each."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 4
    name: ClassVar[str] = "set-response-last-datablock-with-list"
    invoke: int
    results: tuple[DataAccessResult, ...]
    block_number: int

    @classmethod
    def read(cls, reader: Reader) -> "SetResponseLastBlockWithList":
        """Read what follows the choice."""
        invoke = read_invoke(reader)
        return cls(invoke, read_list(reader, "result", _read_result), reader.u32("block-number"))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        results = list_of([bytes((result,)) for result in self.results])
        return bytes((self.tag, self.choice, self.invoke)) + results + self.block_number.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class SetResponseWithList:
    """One result for each attribute written."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 5
    name: ClassVar[str] = "set-response-with-list"
    invoke: int
    results: tuple[DataAccessResult, ...]

    @classmethod
    def read(cls, reader: Reader) -> "SetResponseWithList":
        """Read what follows the choice."""
        return cls(read_invoke(reader), read_list(reader, "result", _read_result))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        results = list_of([bytes((result,)) for result in self.results])
        return bytes((self.tag, self.choice, self.invoke)) + results


REQUESTS = {
    kind.choice: kind
    for kind in (
        SetRequestNormal,
        SetRequestFirstBlock,
        SetRequestBlock,
        SetRequestWithList,
        SetRequestWithListFirstBlock,
    )
}
RESPONSES = {
    kind.choice: kind
    for kind in (
        SetResponseNormal,
        SetResponseBlock,
        SetResponseLastBlock,
        SetResponseLastBlockWithList,
        SetResponseWithList,
    )
}
