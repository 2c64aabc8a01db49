"""Station set of a run: the table of drivers, and the stations that a target declares, built."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.stations import control, operator
from conformance.stations.interfaces import Clock
from conformance.stations.scpi import ScpiSource
from conformance.stations.wall_clock import WallClock
from conformance.targets.model import StationName, StationSection
from links.base import Link

#: station -> its driver over the control seam.
CONTROL_DRIVERS: dict[str, Callable[[control.Call], Any]] = {
    "keypad": control.ControlKeypad,
    "carrier": control.ControlCarrier,
    "source": control.ControlSource,
    "load": control.ControlLoad,
    "pulses": control.ControlPulses,
    "cover": control.ControlCover,
    "magnet": control.ControlMagnet,
    "supply": control.ControlSupply,
    "cut": control.ControlCut,
    "clock": control.ControlClock,
    "pause": control.ControlPause,
}

#: station -> its driver that asks a person.
OPERATOR_DRIVERS: dict[str, Callable[[operator.Operator], Any]] = {
    "keypad": operator.OperatorKeypad,
    "carrier": operator.OperatorCarrier,
    "source": operator.OperatorSource,
    "load": operator.OperatorLoad,
    "pulses": operator.OperatorPulses,
    "cover": operator.OperatorCover,
    "magnet": operator.OperatorMagnet,
    "supply": operator.OperatorSupply,
    "clock": lambda _operator: WallClock(),
    "pause": operator.OperatorPause,
}


@dataclass(frozen=True, slots=True)
class StationSet:
    """The stations of a run by name, the clock that rules it, and what must be closed at its end."""

    stations: Mapping[str, Any]
    clock: Clock
    links: list[Link] = field(default_factory=list)

    def close(self) -> None:
        """Close every link that a station holds."""
        for link in self.links:
            link.close()


def build(
    declared: Mapping[StationName, StationSection],
    *,
    call: control.Call | None,
    person: operator.Operator,
    open_link: Callable[[str], Link],
) -> StationSet:
    """The stations that a target declares.

    Args:
        declared: the ``[stations]`` of the target file.
        call: the control seam, where the target has one; it also gives the clock of the run.
        person: who is asked by the operator drivers.
        open_link: opens an instrument's URL.

    Raises:
        LinkError, ScpiError: an instrument cannot be reached.
    """
    links: list[Link] = []
    built: dict[str, Any] = {}
    for name, section in declared.items():
        if section.driver == "control":
            assert call is not None  # noqa: S101 - the target model refuses control stations without a channel
            built[name] = CONTROL_DRIVERS[name](call)
        elif section.driver == "operator":
            built[name] = OPERATOR_DRIVERS[name](person)
        else:
            built[name] = _scpi(section, open_link, links)
    clock = built.get("clock", WallClock())
    return StationSet(built, clock, links)


def _scpi(section: StationSection, open_link: Callable[[str], Link], links: list[Link]) -> ScpiSource:
    link = open_link(str(section.url))
    links.append(link)
    return ScpiSource(
        link,
        voltage_command=section.voltage_command,
        frequency_command=section.frequency_command,
        output_command=section.output_command,
        identity_query=section.identity_query,
    )
