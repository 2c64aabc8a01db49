"""The supply control switch: a bistable relay that follows the transitions of COSEM class 70.

The table of modes is `protocols.dlms.cosem.disconnect`. A prepaid meter must close the relay by itself when
credit comes back, which only modes 5, 6 and 7 allow (letter *h*); the profile chooses 6. Letter *d* leads a
remote reconnection to *ready for reconnection* only; the meter then closes the relay itself, at once, if
credit and limiter permit. Without *h* somebody must press for it: the manual reconnection *e*.

Source: IEC 62056-6-2, Disconnect control
"""

from typing import Any

from protocols.dlms.cosem.disconnect import ControlMode, ControlState, Trigger, next_state
from sim.meter.hardware.contacts import Contacts


class SupplyControl:
    """The relay and its control state. It keeps its position without power.

    Args:
        mode: which transitions are allowed.
        state: at the factory.
    """

    __slots__ = ("_mode", "_state", "contacts")

    def __init__(self, mode: ControlMode, state: ControlState = ControlState.CONNECTED) -> None:
        self._mode = mode
        self._state = state
        #: The iron, which wears, sticks and welds; None: it does as it is told.
        self.contacts: Contacts | None = None

    @property
    def mode(self) -> ControlMode:
        """Which transitions are allowed."""
        return self._mode

    @property
    def control_state(self) -> ControlState:
        """Disconnected, connected, or ready for reconnection."""
        return self._state

    @property
    def output_state(self) -> bool:
        """The position of the relay as the meter reports it: True is closed."""
        return self._state is ControlState.CONNECTED

    @property
    def relay_closed(self) -> bool:
        """The position of the relay as the current finds it."""
        commanded = self.output_state
        return commanded if self.contacts is None else self.contacts.conduct(commanded)

    def set_mode(self, mode: ControlMode) -> None:
        """Allow other transitions from now on; mode 0 closes the relay, and keeps it closed."""
        self._mode = mode
        if mode is ControlMode.MODE_0:
            self._move_to(ControlState.CONNECTED)

    def local_disconnect(self) -> bool:
        """The meter itself asks to open; True when that changed the state."""
        return self._trigger(Trigger.LOCAL_DISCONNECT)

    def local_reconnect(self) -> bool:
        """The meter itself asks to close, from *ready*; True when that changed the state.

        Letter *i* of mode 7, straight from *disconnected*, would undo every remote order at once if the meter
        asked for it whenever there is credit: it is asked for by `recharged` only.
        """
        if self._state is ControlState.DISCONNECTED:
            return False
        return self._trigger(Trigger.LOCAL_RECONNECT)

    def recharged(self) -> bool:
        """A token brought credit: in mode 7 that closes the relay even after a remote order (letter *i*)."""
        return self._trigger(Trigger.LOCAL_RECONNECT)

    def remote_disconnect(self) -> bool:
        """The head-end asks to open; True when that changed the state."""
        return self._trigger(Trigger.REMOTE_DISCONNECT)

    def remote_reconnect(self) -> bool:
        """The head-end asks to close, or to make ready; True when that changed the state."""
        return self._trigger(Trigger.REMOTE_RECONNECT)

    def manual_disconnect(self) -> bool:
        """A hand asks to open; True when that changed the state."""
        return self._trigger(Trigger.MANUAL_DISCONNECT)

    def manual_reconnect(self) -> bool:
        """A hand asks to close; True when that changed the state."""
        return self._trigger(Trigger.MANUAL_RECONNECT)

    def snapshot(self) -> dict[str, Any]:
        """The relay's position and mode, as plain data."""
        return {"state": int(self._state), "mode": int(self._mode)}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up the position that was kept."""
        self._mode = ControlMode(kept["mode"])
        self._state = ControlState(kept["state"])

    def _trigger(self, trigger: Trigger) -> bool:
        target = next_state(self._mode, self._state, trigger)
        if target is None:
            return False
        self._move_to(target)
        return True

    def _move_to(self, state: ControlState) -> None:
        was_closed, self._state = self.output_state, state
        if self.contacts is not None and self.output_state is not was_closed:
            self.contacts.operate(closes=self.output_state)
