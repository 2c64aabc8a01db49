"""End-device controls: relay, payment mode and clock are read, acted on where they have to be, and read back.

Source: IEC 62056-6-2, Disconnect control, Account (attribute 2), Clock (methods and attribute 2);
requirements R4.1-04, F7-06, A-09
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.control import Clock, DisconnectControl
from protocols.dlms.cosem.disconnect import ControlState
from protocols.dlms.cosem.enumerations import PaymentMode
from protocols.dlms.cosem.payment import Account
from protocols.dlms.errors import DecodeError
from protocols.dlms.session.clock import CLOCK, TIME, ClockCorrection, correction_of
from protocols.dlms.session.engine import Target
from protocols.dlms.session.errors import ActionRefused
from system.head_end.acquisition.cosem_reads import read_attributes
from system.head_end.acquisition.failures import ClockTooFar
from system.head_end.acquisition.meter_session import MeterSession, note_clock
from system.head_end.acquisition.orders.outcome import Attempt, Outcome, done, impossible, refused
from system.head_end.store_port import DueOrder
from system.head_end.vocabulary import OrderKind, Reason

DISCONNECT_CONTROL = "0.0.96.3.10"
_OUTPUT, _CONTROL, _MODE = 2, 3, 4
_DISCONNECT, _RECONNECT = 1, 2


@dataclass(frozen=True, slots=True)
class RelayState:
    """The three attributes: whether current flows, what the control says, and what its mode allows."""

    output_state: bool
    control_state: ControlState
    control_mode: int

    def as_result(self) -> dict[str, Any]:
        """As the store keeps it."""
        return {
            "output_state": self.output_state,
            "control_state": self.control_state.name.lower().replace("_", "-"),
            "control_mode": self.control_mode,
        }


def _is_cut(state: RelayState) -> bool:
    # "ready" is cut as well: but anybody could push the button, so an order to cut goes on to "disconnected"
    return state.control_state is ControlState.DISCONNECTED and not state.output_state


def _is_on(state: RelayState) -> bool:
    return state.control_state is ControlState.CONNECTED and state.output_state


def _is_on_or_ready(state: RelayState) -> bool:
    return _is_on(state) or state.control_state is ControlState.READY_FOR_RECONNECTION


#: Order -> method, whether it is so already, whether it became so.
_WANTED: dict[OrderKind, tuple[int, Callable[[RelayState], bool], Callable[[RelayState], bool]]] = {
    OrderKind.CUT: (_DISCONNECT, _is_cut, _is_cut),
    OrderKind.RECONNECT: (_RECONNECT, _is_on_or_ready, _is_on_or_ready),
}


async def read_relay(session: MeterSession) -> RelayState:
    """The states of the switch.

    Raises:
        DlmsError: the meter does not tell.
    """
    targets: list[Target] = [
        (DisconnectControl, DISCONNECT_CONTROL, item) for item in (_OUTPUT, _CONTROL, _MODE)
    ]
    output, control, mode = [
        found.value if isinstance(found, Data) else None
        for found in await read_attributes(session.dlms, targets)
    ]
    if (
        not isinstance(output, bool | int)
        or not isinstance(control, int)
        or control not in list(ControlState)
    ):
        raise DecodeError("disconnect control: the states cannot be read")
    return RelayState(bool(output), ControlState(control), mode if isinstance(mode, int) else -1)


async def operate_relay(session: MeterSession, order: DueOrder, attempt: Attempt) -> Outcome:
    """Cut or reconnect, once, and tell what the states are after.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
    """
    method, is_so, became_so = _WANTED[order.kind]
    before = await read_relay(session)
    attempt.evidence["before"] = before.as_result()
    if is_so(before):
        return done(_relay_result(before, already=True))
    attempt.acted = True
    said = ""
    try:
        await session.dlms.action(DisconnectControl, DISCONNECT_CONTROL, method, axdr.integer(0))
    except ActionRefused as refusal:
        said = str(refusal)  # its states say more: some meters refuse what they half do
    after = await read_relay(session)
    if became_so(after):
        return done(_relay_result(after, already=False))
    return refused(
        Reason.STATE_NOT_REACHED, said or "it was taken, and changed nothing", _relay_result(after)
    )


def _relay_result(state: RelayState, *, already: bool | None = None) -> dict[str, Any]:
    result = state.as_result()
    if already is not None:
        result["already"] = already
    if state.control_state is ControlState.READY_FOR_RECONNECTION:
        result["note"] = "needs-button"
    return result


ACCOUNT = "0.0.19.0.0"
_MODE_AND_STATUS = 2
#: As orders name it -> as the class does.
MODES: Mapping[str, PaymentMode] = {"prepaid": PaymentMode.PREPAYMENT, "postpaid": PaymentMode.CREDIT}
_MODE_NAMES = {mode: name for name, mode in MODES.items()}


async def read_payment_mode(session: MeterSession) -> tuple[int, int]:
    """Mode and status of the account.

    Raises:
        DlmsError: the meter does not tell.
    """
    found = await session.dlms.get(Account, ACCOUNT, _MODE_AND_STATUS)
    parts = found.value if isinstance(found.value, tuple) else ()
    numbers = [part.value for part in parts if isinstance(part.value, int)]
    if len(numbers) != 2:
        raise DecodeError("account: mode and status are expected")
    return numbers[0], numbers[1]


async def set_payment_mode(session: MeterSession, order: DueOrder, attempt: Attempt) -> Outcome:
    """Change the mode, once, and tell what it is after.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
    """
    wanted = MODES.get(str(order.parameters.get("mode")))
    if wanted is None:
        return impossible(f"mode must be one of {', '.join(MODES)}")
    mode, status = await read_payment_mode(session)
    attempt.evidence["before"] = {"mode": _mode_name(mode)}
    if mode == wanted:
        return done({"mode": _mode_name(mode), "already": True})
    attempt.acted = True
    value = axdr.structure(axdr.enum(wanted), axdr.enum(status))
    await session.dlms.set(Account, ACCOUNT, _MODE_AND_STATUS, value)
    mode, _ = await read_payment_mode(session)
    result = {"mode": _mode_name(mode), "already": False}
    if mode != wanted:
        return refused(Reason.STATE_NOT_REACHED, "it was taken, and changed nothing", result)
    return done(result)


def _mode_name(mode: int) -> str:
    return _MODE_NAMES.get(PaymentMode(mode), str(mode)) if mode in list(PaymentMode) else str(mode)


async def read_clock(session: MeterSession) -> float:
    """Deviation of the clock now, s; positive where it is ahead.

    Raises:
        DlmsError: it does not tell.
    """
    asked = session.store.now()
    found = await session.dlms.get(Clock, CLOCK, TIME)
    note_clock(session, found, asked, session.store.now())
    if session.clock_off_s is None:
        raise DecodeError("clock: it tells no instant")
    return session.clock_off_s


async def correct_clock(session: MeterSession, *, forced: bool = False) -> float:
    """Correct the clock within the limits; its deviation before, s.

    Args:
        session: the session.
        forced: set it also where it is beyond the limits, because it was ordered.

    Raises:
        ClockTooFar: it is further off than may be corrected unasked.
        DlmsError: the meter refuses, or is silent.
    """
    await session.enough_counters()
    off_s = session.clock_off_s if session.clock_off_s is not None else await read_clock(session)
    limits, minutes = session.settings.clocks, session.settings.deviation_minutes
    correction = correction_of(off_s, limits, doubt_s=session.clock_doubt_s, forced=forced)
    if correction is ClockCorrection.TOO_FAR:
        raise ClockTooFar(f"the clock is {off_s:+.0f} s off")
    if correction is not ClockCorrection.NONE:
        await session.dlms.correct_clock(correction, off_s, session.store.now, minutes)
        session.clock_set = True
    return off_s


async def set_clock(session: MeterSession, order: DueOrder, attempt: Attempt) -> Outcome:
    """Set the clock because somebody ordered it, and read it back.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
    """
    await read_clock(session)
    attempt.acted = True
    before_s = await correct_clock(session, forced=True)
    after_s = await read_clock(session) if session.clock_set else before_s
    return done(
        {
            "clock_off_s": round(before_s, 2),
            "clock_set": session.clock_set,
            "clock_off_after_s": round(after_s, 2),
        }
    )
