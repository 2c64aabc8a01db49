"""`Site`: one microgrid with everything on it, joined."""

from dataclasses import dataclass

from sim.grid.errors import TermsError
from sim.grid.microgrid import Microgrid
from sim.grid.terms import MicrogridTerms, microgrid_terms
from sim.meter.bank import MeteringBank
from sim.scenarios.customers import Customer
from sim.scenarios.magnets import Magnets
from sim.scenarios.media import check_medium
from sim.scenarios.memories import Memories
from sim.scenarios.physics import Physics
from sim.scenarios.recorder import Recorder
from sim.scenarios.scenario import Scenario, ScenarioError
from sim.scenarios.shop import Shop
from sim.scenarios.site_customers import OpenShop, open_shop, settle_customers
from sim.scenarios.site_meters import PlacedMeter, Surroundings, check_models, follow_relays, place_meters
from sim.scenarios.site_streams import SiteStreams
from sim.scenarios.site_wire import SiteWire, concentrator_of, lay_wire


@dataclass(frozen=True, slots=True)
class Site:
    """One microgrid of a world.

    Args:
        number: from 1.
        grid: its physics.
        physics: what moves the grid and shows it to the meters.
        placed: its meters in feeder order, the totaliser last.
        wire: its power-line network with the concentrators on it.
        shop: where its customers buy.
        customers: who lives there.
        recorder: what a run is drawn from.
        memories: when its meters write.
    """

    number: int
    grid: Microgrid
    physics: Physics
    placed: tuple[PlacedMeter, ...]
    wire: SiteWire
    shop: Shop
    customers: tuple[Customer, ...]
    recorder: Recorder
    memories: Memories

    @property
    def homes(self) -> tuple[PlacedMeter, ...]:
        """The meters without the totaliser."""
        return tuple(place for place in self.placed if place.point is not None)

    @property
    def totaliser(self) -> PlacedMeter | None:
        """The meter at the head of the feeder, where there is one."""
        return next((place for place in self.placed if place.point is None), None)


def check_scenario(scenario: Scenario) -> None:
    """Read every table of a scenario, without building anything.

    Raises:
        ScenarioError: a table says what cannot be.
    """
    _grid_terms(scenario)
    check_models(scenario)
    check_medium(scenario.plc)
    if len(scenario.concentrators) > 1:
        raise ScenarioError("one [[concentrators]] serves a site; make more sites instead")
    for table in scenario.concentrators:
        if not scenario.plc:
            raise ScenarioError("[[concentrators]] needs a wire: write [plc]")
        concentrator_of(table, 1)


def _grid_terms(scenario: Scenario) -> MicrogridTerms:
    try:
        return microgrid_terms(scenario.grid)
    except TermsError as error:
        raise ScenarioError(str(error)) from error


def build_site(world: Surroundings, scenario: Scenario, number: int, open_shop: OpenShop = open_shop) -> Site:
    """Join the rooms of one microgrid; its physics begins when the world moves.

    Raises:
        ScenarioError: a table says what cannot be.
    """
    streams = SiteStreams(world.seed, number)
    terms = _grid_terms(scenario)
    grid = Microgrid(terms, streams=streams, epoch=world.clock.epoch)
    totalised = bool(scenario.meters.totaliser)
    bank = MeteringBank(world.env, grid.points + totalised)
    physics = Physics(world.env, grid, bank, scenario.frame.step_s, totalised=totalised)
    placed = place_meters(world, scenario, bank, streams, site=number, points=grid.points)
    follow_relays(placed, physics.relay_moved)
    wire = lay_wire(world, scenario, grid, placed, streams, site=number)
    shop = open_shop(world, scenario)
    customers = settle_customers(
        world, scenario, placed, shop, streams, utc_offset_h=terms.plant.utc_offset_h
    )
    homes = [place.meter for place in placed if place.point is not None]

    def cut_off() -> float:
        return sum(not meter.parts.switch.relay_closed for meter in homes) / len(homes)

    recorder = Recorder(grid, cut_off, wire.reads)
    physics.observers += [Magnets(grid, placed).look, wire.follow_power, recorder.look]
    memories = Memories(world.env, placed)
    memories.hold()
    physics.start()
    return Site(number, grid, physics, placed, wire, shop, customers, recorder, memories)
