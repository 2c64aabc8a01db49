"""One customer's connection: the piecewise-constant source and load, and who must hear of their changes."""

import dataclasses
from collections.abc import Callable

from sim.grid.flow import NO_LOAD, NOMINAL_SOURCE, Flow, Load, Source, flow

Watcher = Callable[[], None]


class ServicePoint:
    """The seam between the grid and whatever is connected at one place.

    Source and load are values that stay as they are until somebody sets new ones, so an observer that
    integrates needs to look only when it is told. Watchers are called *after* the change, in the order in
    which they came; an observer therefore closes its books with the flow that it saw last, and then looks
    again.

    Args:
        source: what the feeder offers at the start.
        load: what the customer has switched on at the start.
    """

    __slots__ = ("_load", "_source", "_watchers")

    def __init__(self, source: Source = NOMINAL_SOURCE, load: Load = NO_LOAD) -> None:
        self._source = source
        self._load = load
        self._watchers: list[Watcher] = []

    @property
    def source(self) -> Source:
        """What the feeder offers now."""
        return self._source

    @property
    def load(self) -> Load:
        """What the customer has switched on now, whether or not current can flow."""
        return self._load

    @property
    def energised(self) -> bool:
        """True while there is a voltage at the terminals."""
        return self._source.terminal_voltage_v > 0.0

    def flow(self, *, switch_closed: bool) -> Flow:
        """What flows now, behind a switch in that position."""
        return flow(self._source, self._load, switch_closed=switch_closed)

    def watch(self, watcher: Watcher) -> None:
        """Have `watcher` called after every change of source or load."""
        self._watchers.append(watcher)

    def set_source(self, voltage_v: float, frequency_hz: float | None = None) -> None:
        """Offer another voltage (RMS, V) and, where given, frequency (Hz).

        Raises:
            ValueError: a quantity is out of range.
        """
        kept_hz = self._source.frequency_hz if frequency_hz is None else frequency_hz
        self._change_source(dataclasses.replace(self._source, voltage_v=voltage_v, frequency_hz=kept_hz))

    def set_energised(self, energised: bool) -> None:
        """Cut the line, or bring it back with the voltage that was set."""
        self._change_source(dataclasses.replace(self._source, energised=energised))

    def set_load(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Switch another load on: current (RMS, A) that lags the voltage by `phase_deg`.

        Raises:
            ValueError: a quantity is out of range.
        """
        self._load = dataclasses.replace(self._load, current_a=current_a, phase_deg=phase_deg)
        self._tell()

    def _change_source(self, source: Source) -> None:
        self._source = source
        self._tell()

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()
