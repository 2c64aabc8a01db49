"""Tells the world when the relay has moved, and notices one that does not obey."""

from collections.abc import Callable

from sim.meter.events import EventCode
from sim.meter.metrology import Metrology
from sim.meter.supply_control import SupplyControl

#: Starting current of a direct connected meter of class 1, thousandths of its basic current.
#: Source: IEC 62053-21, starting current: 0.004 of the basic current.
STARTING_MILLI = 4


class RelayWatch:
    """Between the switch, which is a state, and the contacts, which are iron.

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
