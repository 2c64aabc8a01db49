"""The ACTION service: normal, with parameter blocks, with-list, and their responses.

Source: IEC 62056-5-3, Action-Request, Action-Response
"""

from dataclasses import dataclass
from typing import ClassVar

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.descriptors import MethodDescriptor
from protocols.dlms.xdlms.fields import (
    DataBlock,
    Result,
    list_of,
    optional,
    read_code,
    read_data,
    read_invoke,
    read_list,
    read_optional,
    read_result,
    result_bytes,
)

REQUEST_TAG = 0xC3
RESPONSE_TAG = 0xC7


def _read_parameters(reader: Reader) -> Data:
    return read_data(reader, "method-invocation-parameters")


def _read_pblock(reader: Reader) -> DataBlock:
    return DataBlock.read(reader, "pblock")


@dataclass(frozen=True, slots=True)
class ActionRequestNormal:
    """Invoke one method; `parameters` is None when absent."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 1
    name: ClassVar[str] = "action-request-normal"
    invoke: int
    method: MethodDescriptor
    parameters: Data | None = None

    @classmethod
    def read(cls, reader: Reader) -> "ActionRequestNormal":
        """Read what follows the choice."""
        invoke, method = read_invoke(reader), MethodDescriptor.read(reader)
        return cls(invoke, method, read_optional(reader, "method-invocation-parameters", _read_parameters))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        parameters = None if self.parameters is None else axdr.encode(self.parameters)
        return bytes((self.tag, self.choice, self.invoke)) + self.method.to_bytes() + optional(parameters)


@dataclass(frozen=True, slots=True)
class ActionRequestNextBlock:
    """Ask for the block of a long response after `block_number`."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 2
    name: ClassVar[str] = "action-request-next-pblock"
    invoke: int
    block_number: int

    @classmethod
    def read(cls, reader: Reader) -> "ActionRequestNextBlock":
        """Read what follows the choice."""
        return cls(read_invoke(reader), reader.u32("block-number"))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.block_number.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class ActionRequestWithList:
    """Invoke several methods with one request: as many parameters as methods."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 3
    name: ClassVar[str] = "action-request-with-list"
    invoke: int
    methods: tuple[MethodDescriptor, ...]
    parameters: tuple[Data, ...]

    @classmethod
    def read(cls, reader: Reader) -> "ActionRequestWithList":
        """Read what follows the choice."""
        invoke = read_invoke(reader)
        methods = read_list(reader, "cosem-method-descriptor-list", MethodDescriptor.read)
        return cls(invoke, methods, read_list(reader, "method-invocation-parameters", _read_parameters))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        methods = list_of([item.to_bytes() for item in self.methods])
        values = list_of([axdr.encode(item) for item in self.parameters])
        return bytes((self.tag, self.choice, self.invoke)) + methods + values


@dataclass(frozen=True, slots=True)
class ActionRequestFirstBlock:
    """Begin to invoke a method with long parameters: the reference and the first block."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 4
    name: ClassVar[str] = "action-request-with-first-pblock"
    invoke: int
    method: MethodDescriptor
    block: DataBlock

    @classmethod
    def read(cls, reader: Reader) -> "ActionRequestFirstBlock":
        """Read what follows the choice."""
        return cls(read_invoke(reader), MethodDescriptor.read(reader), _read_pblock(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.method.to_bytes() + self.block.to_bytes()


@dataclass(frozen=True, slots=True)
class ActionRequestWithListFirstBlock:
    """Begin to invoke several methods with blocks."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 5
    name: ClassVar[str] = "action-request-with-list-and-first-pblock"
    invoke: int
    methods: tuple[MethodDescriptor, ...]
    block: DataBlock

    @classmethod
    def read(cls, reader: Reader) -> "ActionRequestWithListFirstBlock":
        """Read what follows the choice."""
        invoke = read_invoke(reader)
        return cls(
            invoke,
            read_list(reader, "cosem-method-descriptor-list", MethodDescriptor.read),
            _read_pblock(reader),
        )

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        methods = list_of([item.to_bytes() for item in self.methods])
        return bytes((self.tag, self.choice, self.invoke)) + methods + self.block.to_bytes()


@dataclass(frozen=True, slots=True)
class ActionRequestBlock:
    """A further block of long parameters."""

    tag: ClassVar[int] = REQUEST_TAG
    choice: ClassVar[int] = 6
    name: ClassVar[str] = "action-request-with-pblock"
    invoke: int
    block: DataBlock

    @classmethod
    def read(cls, reader: Reader) -> "ActionRequestBlock":
        """Read what follows the choice."""
        return cls(read_invoke(reader), _read_pblock(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.block.to_bytes()


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """Action-Response-With-Optional-Data: the result, and what the method returned (None = nothing)."""

    result: ActionResult
    returned: Result | None = None

    @classmethod
    def read(cls, reader: Reader) -> "ActionOutcome":
        """Read the result and the optional return parameters."""
        result = read_code(reader, ActionResult, "action-result")
        return cls(result, read_optional(reader, "return-parameters", read_result))

    def to_bytes(self) -> bytes:
        """The result and the optional return parameters."""
        returned = None if self.returned is None else result_bytes(self.returned)
        return bytes((self.result,)) + optional(returned)


@dataclass(frozen=True, slots=True)
class ActionResponseNormal:
    """True if the method was invoked, and what it returned."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 1
    name: ClassVar[str] = "action-response-normal"
    invoke: int
    outcome: ActionOutcome

    @classmethod
    def read(cls, reader: Reader) -> "ActionResponseNormal":
        """Read what follows the choice."""
        return cls(read_invoke(reader), ActionOutcome.read(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.outcome.to_bytes()


@dataclass(frozen=True, slots=True)
class ActionResponseWithBlock:
    """One block of a long response; the blocks join to an `ActionOutcome`."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 2
    name: ClassVar[str] = "action-response-with-pblock"
    invoke: int
    block: DataBlock

    @classmethod
    def read(cls, reader: Reader) -> "ActionResponseWithBlock":
        """Read what follows the choice."""
        return cls(read_invoke(reader), _read_pblock(reader))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.block.to_bytes()


@dataclass(frozen=True, slots=True)
class ActionResponseWithList:
    """One outcome for each method invoked."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 3
    name: ClassVar[str] = "action-response-with-list"
    invoke: int
    outcomes: tuple[ActionOutcome, ...]

    @classmethod
    def read(cls, reader: Reader) -> "ActionResponseWithList":
        """Read what follows the choice."""
        return cls(read_invoke(reader), read_list(reader, "list-of-responses", ActionOutcome.read))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + list_of(
            [item.to_bytes() for item in self.outcomes]
        )


@dataclass(frozen=True, slots=True)
class ActionResponseNextBlock:
    """Parameter block `block_number` came; send the next one."""

    tag: ClassVar[int] = RESPONSE_TAG
    choice: ClassVar[int] = 4
    name: ClassVar[str] = "action-response-next-pblock"
    invoke: int
    block_number: int

    @classmethod
    def read(cls, reader: Reader) -> "ActionResponseNextBlock":
        """Read what follows the choice."""
        return cls(read_invoke(reader), reader.u32("block-number"))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return bytes((self.tag, self.choice, self.invoke)) + self.block_number.to_bytes(4, "big")


REQUESTS = {
    kind.choice: kind
    for kind in (
        ActionRequestNormal,
        ActionRequestNextBlock,
        ActionRequestWithList,
        ActionRequestFirstBlock,
        ActionRequestWithListFirstBlock,
        ActionRequestBlock,
    )
}
RESPONSES = {
    kind.choice: kind
    for kind in (
        ActionResponseNormal,
        ActionResponseWithBlock,
        ActionResponseWithList,
        ActionResponseNextBlock,
    )
}
