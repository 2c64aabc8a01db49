"""Supply control switch: control state of COSEM class 70, relay contacts behind it, and their watch.

The table of modes is `protocols.dlms.cosem.disconnect`. A prepaid meter must close the relay by itself when
credit comes back, which only modes 5, 6 and 7 allow (letter *h*); the profile chooses 6. Letter *d* leads a
remote reconnection to *ready for reconnection* only; the meter then closes the relay itself, at once, if
credit and limiter permit. Without *h* a person must press for it: the manual reconnection *e*.

Every operation wears the contacts; worn, they heat and at last weld. One opening at the current I uses up
``(I / Imax) ** exponent / operations_at_max`` of a nominal life, and every movement a mechanical share. The
life of one relay is drawn; a relay whose life is used up welds when it next opens a current: the firmware
says open, and the current flows on.

Sources: IEC 62056-6-2, Disconnect control; IEC 62055-31 asks for endurance; 5,000 operations at Imax is the
usual figure [C]; exponent, mechanical life, spread and resistance are assumptions [A]: parameters all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import gamma
from typing import TYPE_CHECKING, Any

from protocols.dlms.cosem.disconnect import ControlMode, ControlState, Trigger, next_state
from protocols.field.events import EventCode
from sim.meter.metering.metrology import Metrology

if TYPE_CHECKING:
    from numpy.random import Generator

# ------------------------------------------------------------ relay contacts

#: Before this share of a nominal life the relay is surely sound, and its own life is not drawn.
_SURELY_SOUND = 0.2


@dataclass(frozen=True, slots=True)
class ContactTerms:
    """Rating and life of a relay.

    Args:
        current_max_a: rated breaking current, A.
        operations_at_max: nominal life in operations at that current [C].
        exponent: how wear grows with the current [A].
        mechanical_operations: nominal life without any current [A].
        life_shape: shape of the Weibull distribution of lives, of mean 1; above 1 [A].
        resistance_mohm: of new contacts, mΩ [A].
        growth: worn out they have 1 + `growth` times that [A].
        heating_k_per_w: temperature rise for each watt that the contacts take, K/W [A].
    """

    current_max_a: float = 80.0
    operations_at_max: int = 5_000
    exponent: float = 1.5
    mechanical_operations: int = 100_000
    life_shape: float = 4.0
    resistance_mohm: float = 0.4
    growth: float = 9.0
    heating_k_per_w: float = 12.0


class Sticking(StrEnum):
    """Positions in which a bench may hold the contacts."""

    CLOSED = "closed"
    OPEN = "open"


class Contacts:
    """One pair of contacts, closed when new.

    Attributes:
        operations: how often they moved.
        wear: share of a nominal life that is used up; 1 is all of it.
        welded: True once they do not open any more.
        stuck: held in a position by the bench; None: free.

    Args:
        terms: what they are made for.
        random: gives the stream that this relay's life is drawn from; asked once, when it matters.
    """

    __slots__ = ("_life", "_random", "flowing_a", "operations", "stuck", "terms", "wear", "welded")

    def __init__(self, terms: ContactTerms, random: "Callable[[], Generator]") -> None:
        self.terms = terms
        self._random = random
        self._life: float | None = None
        #: Tells the current through them, A, before they move.
        self.flowing_a: Callable[[], float] = lambda: 0.0
        self.operations = 0
        self.wear = 0.0
        self.welded = False
        self.stuck: Sticking | None = None

    def conduct(self, commanded: bool) -> bool:
        """True where current can pass, given that the firmware wants them closed or not."""
        if self.stuck is not None:
            return self.stuck is Sticking.CLOSED
        return commanded or self.welded

    def operate(self, *, closes: bool) -> None:
        """The drive moves them."""
        self.operations += 1
        terms = self.terms
        self.wear += 1 / terms.mechanical_operations
        broken_a = 0.0 if closes else self.flowing_a()
        if broken_a:
            self.wear += (broken_a / terms.current_max_a) ** terms.exponent / terms.operations_at_max
            self.welded = self.welded or (self.wear >= _SURELY_SOUND and self.wear >= self.life)

    def replace(self) -> None:
        """A new relay of the same kind, with a life of its own."""
        self._life, self.operations, self.wear, self.welded, self.stuck = None, 0, 0.0, False, None

    @property
    def life(self) -> float:
        """The life of these very contacts, in nominal lives: drawn, `_SURELY_SOUND` or more."""
        if self._life is None:
            shape = self.terms.life_shape
            self._life = max(_SURELY_SOUND, float(self._random().weibull(shape)) / gamma(1 + 1 / shape))
        return self._life

    @property
    def resistance_mohm(self) -> float:
        """Resistance now, mΩ."""
        return self.terms.resistance_mohm * (1 + self.terms.growth * min(1.0, self.wear))

    def temperature_rise_k(self, current_a: float) -> float:
        """Temperature rise over the surroundings at this current, K."""
        return self.terms.heating_k_per_w * self.resistance_mohm * 1e-3 * current_a**2


# ------------------------------------------------------------ control state


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
        #: Contacts, which wear, stick and weld; None: ideal ones.
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


# ------------------------------------------------------------ watch of the relay

#: Starting current of a direct connected meter of class 1, thousandths of its basic current.
#: Source: IEC 62053-21, starting current: 0.004 of the basic current.
STARTING_MILLI = 4


class RelayWatch:
    """Watch between the switch, which is a state, and the contacts, which are hardware.

    Attributes:
        on_move: called with True where current can pass from now on, False where it cannot any more.

    Args:
        switch: what the program wants.
        metrology: what flows all the same.
        starting_ma: what counts as a current, mA.
        log: writes an event.
    """

    __slots__ = (
        "_conducts",
        "_log",
        "_metrology",
        "_starting_ma",
        "_switch",
        "_whole",
        "failing",
        "on_move",
    )

    def __init__(
        self,
        switch: SupplyControl,
        metrology: Metrology,
        starting_ma: int,
        log: Callable[[EventCode], None],
    ) -> None:
        self._switch = switch
        self._metrology = metrology
        self._starting_ma = starting_ma
        self._log = log
        self._conducts = switch.relay_closed
        self._whole = True
        #: True while the switch says open and a current flows.
        self.failing = False
        self.on_move: list[Callable[[bool], None]] = []

    def look(self) -> None:
        """The circuit was measured: tell who must know, and judge."""
        self._tell()
        self._judge()

    def wire(self, *, whole: bool) -> None:
        """The wire before the relay was cut, or mended."""
        self._whole = whole
        self._tell()

    def _tell(self) -> None:
        conducts = self._whole and self._switch.relay_closed
        if conducts is not self._conducts:
            self._conducts = conducts
            for listener in tuple(self.on_move):
                listener(conducts)

    def _judge(self) -> None:
        flows = self._metrology.sample.current_ma > self._starting_ma
        failing = flows and not self._switch.output_state
        if self._metrology.wakes:
            bound = (None, self._starting_ma) if not (failing or self._switch.output_state) else (None, None)
            self._metrology.within("relay", {"current": bound})
        if failing and not self.failing:
            self.failing = True
            self._log(EventCode.DISCONNECTOR_FAILURE)
        self.failing = failing
