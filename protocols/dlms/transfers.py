"""Long transfers of an association at the server: at most one at a time, any other request gives it up."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from protocols.dlms.blocks import BlockReceiver, BlockSender
from protocols.dlms.xdlms.descriptors import AttributeReference, MethodDescriptor

T = TypeVar("T", AttributeReference, MethodDescriptor)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A long answer on its way out: the invoke-id-and-priority it belongs to, and its blocks."""

    invoke: int
    sender: BlockSender


@dataclass(frozen=True, slots=True)
class Incoming(Generic[T]):
    """A long request on its way in: where it goes, and the blocks that came."""

    target: T
    receiver: BlockReceiver


@dataclass(slots=True)
class Transfers:
    """What is under way.

    Args:
        get: answer to a GET, going out.
        set: value of a SET, coming in.
        action: parameters of an ACTION, coming in.
        action_answer: answer to an ACTION, going out.
    """

    get: Outgoing | None = None
    set: Incoming[AttributeReference] | None = None
    action: Incoming[MethodDescriptor] | None = None
    action_answer: Outgoing | None = None
