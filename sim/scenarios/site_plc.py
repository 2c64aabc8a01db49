"""Power line of one site as a network: the medium, a modem in each meter, a concentrator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.concentrator import Concentrator, ConcentratorTerms, MeterKeys, TermsError, concentrator_terms
from sim.grid.microgrid import Microgrid
from sim.kernel.medium import Medium
from sim.kernel.random import RandomStreams
from sim.meter.communication.modem import PlcModem
from sim.meter.credentials import TEST_KEYS, TEST_READER_PASSWORD
from sim.scenarios.identities import concentrator_eui48, site_prefix
from sim.scenarios.plc_media import make_medium
from sim.scenarios.scenario import Scenario
from sim.scenarios.site_meters import PlacedMeter, SiteContext
from sim.scenarios.tables import ScenarioError

#: The port of the totaliser on the bus that joins it to the concentrator.
_BUS = "hdlc"


@dataclass(slots=True)
class SitePlcNetwork:
    """PLC network of a site.

    Args:
        grid: whose lines they are.
        medium: the shared wire; None where the site has none.
        modems: those of the homes.
        concentrators: by name; none where nobody reads.
    """

    grid: Microgrid
    medium: Medium | None = None
    modems: tuple[PlcModem, ...] = ()
    concentrators: dict[str, Concentrator] = field(default_factory=dict)
    _head_lit: bool = True

    def follow_power(self) -> None:
        """The concentrators live while there is a voltage at the head of the feeder."""
        head_lit = any(volts > 0 for volts in self.grid.feeder.voltage_v)
        if head_lit != self._head_lit:
            self._head_lit = head_lit
            for concentrator in self.concentrators.values():
                concentrator.power(head_lit)

    def sap_of(self, eui48: bytes) -> int | None:
        """The server address of a meter behind its concentrator; None while it is not registered."""
        for concentrator in self.concentrators.values():
            record = concentrator.registry.by_eui48(eui48)
            if record is not None and record.is_registered:
                return record.sap
        return None

    def reads(self) -> tuple[int, int]:
        """Captures that the concentrators have read, and that they should have by now."""
        summaries = [concentrator.summary() for concentrator in self.concentrators.values()]
        done = sum(summary.get("reads_done", 0) for summary in summaries)
        return done, sum(summary.get("reads_wanted", 0) for summary in summaries)


def build_plc_network(
    world: SiteContext,
    scenario: Scenario,
    grid: Microgrid,
    placed: tuple[PlacedMeter, ...],
    streams: RandomStreams,
    *,
    site: int,
) -> SitePlcNetwork:
    """Lay the wire that the scenario asks for, with a modem for each meter at a home.

    Raises:
        ScenarioError: the tables ``plc`` or ``concentrators`` say what cannot be.
    """
    if not scenario.plc:
        return SitePlcNetwork(grid)
    medium = make_medium(world.env, scenario.plc, grid, streams)
    modems = tuple(
        PlcModem(place.meter, medium, place=place.point) for place in placed if place.point is not None
    )
    wire = SitePlcNetwork(grid, medium, modems)
    for table in scenario.concentrators[:1]:
        name = f"{site_prefix(site, scenario.frame.sites)}concentrator"
        wire.concentrators[name] = _concentrator(world, table, medium, placed, streams, site=site)
    return wire


def concentrator_of(table: Mapping[str, Any], number: int) -> ConcentratorTerms:
    """The terms of the `number`-th concentrator of a world; what its table leaves out is numbered.

    Raises:
        ScenarioError: the table says what cannot be.
    """
    named = {
        "serial": f"9{number:07d}",
        "ldn": f"AMBDC{number:011d}",
        "eui48": concentrator_eui48(number).hex(),
        **table,
    }
    try:
        return concentrator_terms(named)
    except TermsError as error:
        raise ScenarioError(f"[[concentrators]] {error}") from error


def _concentrator(
    world: SiteContext,
    table: Mapping[str, Any],
    medium: Medium,
    placed: tuple[PlacedMeter, ...],
    streams: RandomStreams,
    *,
    site: int,
) -> Concentrator:
    return Concentrator(
        world.env,
        world.clock,
        concentrator_of(table, site),
        base=medium.base,
        streams=streams,
        # every meter of a world has the published keys
        keys={place.meter.profile.serial: MeterKeys(keys=TEST_KEYS) for place in placed},
        totaliser=next((place.meter.ports[_BUS] for place in placed if place.point is None), None),
        totaliser_keys=MeterKeys(password=TEST_READER_PASSWORD),
    )
