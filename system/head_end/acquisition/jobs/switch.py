"""Cut and reconnection: the states are read before and after, the method is called where it has to be.

Source: IEC 62056-6-2, Disconnect control
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.control import DisconnectControl
from protocols.dlms.cosem.disconnect import ControlState
from protocols.dlms.errors import DecodeError
from protocols.dlms.session.engine import Target
from protocols.dlms.session_errors import ActionRefused
from system.head_end.acquisition.asking import ask_many
from system.head_end.acquisition.jobs.endings import Attempt, Ending, done, refused
from system.head_end.acquisition.talk import Talk
from system.head_end.desk import OrderWork
from system.head_end.vocabulary import OrderKind, Reason

SWITCH = "0.0.96.3.10"
_OUTPUT, _CONTROL, _MODE = 2, 3, 4
_DISCONNECT, _RECONNECT = 1, 2


@dataclass(frozen=True, slots=True)
class SwitchState:
    """The three attributes: whether current flows, what the control says, and what its mode allows."""

    output_state: bool
    control_state: ControlState
    control_mode: int

    def as_result(self) -> dict[str, Any]:
        """As the desk keeps it."""
        return {
            "output_state": self.output_state,
            "control_state": self.control_state.name.lower().replace("_", "-"),
            "control_mode": self.control_mode,
        }


def _is_cut(state: SwitchState) -> bool:
    # "ready" is cut as well: but anybody could push the button, so an order to cut goes on to "disconnected"
    return state.control_state is ControlState.DISCONNECTED and not state.output_state


def _is_on(state: SwitchState) -> bool:
    return state.control_state is ControlState.CONNECTED and state.output_state


def _is_on_or_ready(state: SwitchState) -> bool:
    return _is_on(state) or state.control_state is ControlState.READY_FOR_RECONNECTION


#: Order -> method, whether it is so already, whether it became so.
_WANTED: dict[OrderKind, tuple[int, Callable[[SwitchState], bool], Callable[[SwitchState], bool]]] = {
    OrderKind.CUT: (_DISCONNECT, _is_cut, _is_cut),
    OrderKind.RECONNECT: (_RECONNECT, _is_on_or_ready, _is_on_or_ready),
}


async def read_switch(talk: Talk) -> SwitchState:
    """The states of the switch.

    Raises:
        DlmsError: the meter does not tell.
    """
    targets: list[Target] = [(DisconnectControl, SWITCH, item) for item in (_OUTPUT, _CONTROL, _MODE)]
    output, control, mode = [
        found.value if isinstance(found, Data) else None for found in await ask_many(talk.session, targets)
    ]
    if (
        not isinstance(output, bool | int)
        or not isinstance(control, int)
        or control not in list(ControlState)
    ):
        raise DecodeError("disconnect control: the states cannot be read")
    return SwitchState(bool(output), ControlState(control), mode if isinstance(mode, int) else -1)


async def throw_switch(talk: Talk, order: OrderWork, attempt: Attempt) -> Ending:
    """Cut or reconnect, once, and tell what the states are after.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
    """
    method, is_so, became_so = _WANTED[order.kind]
    before = await read_switch(talk)
    attempt.evidence["before"] = before.as_result()
    if is_so(before):
        return done(_result(before, already=True))
    attempt.acted = True
    said = ""
    try:
        await talk.session.action(DisconnectControl, SWITCH, method, axdr.integer(0))
    except ActionRefused as refusal:
        said = str(refusal)  # its states say more: some meters refuse what they half do
    after = await read_switch(talk)
    if became_so(after):
        return done(_result(after, already=False))
    return refused(Reason.STATE_NOT_REACHED, said or "it was taken, and changed nothing", _result(after))


def _result(state: SwitchState, *, already: bool | None = None) -> dict[str, Any]:
    result = state.as_result()
    if already is not None:
        result["already"] = already
    if state.control_state is ControlState.READY_FOR_RECONNECTION:
        result["note"] = "needs-button"
    return result
