"""Long transfers of an association at the server: at most one at a time, any other request gives it up."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from protocols.dlms.blocks import BlockReceiver, BlockSender
from protocols.dlms.gbt import GbtEndpoint
from protocols.dlms.xdlms.descriptors import AttributeReference, MethodDescriptor

T = TypeVar("T", AttributeReference, MethodDescriptor)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A long answer on its way out: the invoke-id-and-priority it belongs to, and its blocks."""

    invoke: int
    sender: BlockSender


@dataclass(frozen=True, slots=True)
class Incoming(Generic[T]):
    """A long request on its way in.

    Args:
        invoke: invoke-id-and-priority of its first block.
        targets: where it goes.
        receiver: the blocks that came.
        with_list: the blocks join to a list of values, one for each target.
    """

    invoke: int
    targets: tuple[T, ...]
    receiver: BlockReceiver
    with_list: bool = False


@dataclass(slots=True)
class Transfers:
    """What is under way.

    Args:
        get: answer to a GET, going out.
        set: value of a SET, coming in.
        action: parameters of an ACTION, coming in.
        action_answer: answer to an ACTION, going out.
        general: an exchange in general blocks.
    """

    get: Outgoing | None = None
    set: Incoming[AttributeReference] | None = None
    action: Incoming[MethodDescriptor] | None = None
    action_answer: Outgoing | None = None
    general: GbtEndpoint | None = None

    def drop(self) -> None:
        """Give up whatever is under way."""
        self.get = self.set = self.action = self.action_answer = self.general = None
