"""Site: one microgrid with everything on it, joined."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.grid.errors import TermsError
from sim.grid.microgrid import Microgrid
from sim.grid.terms import MicrogridTerms, microgrid_terms
from sim.kernel.random import OctetStream, RandomStreams
from sim.meter import Meter
from sim.meter.bank import MeteringBank
from sim.scenarios.customers import Customer, OpenShop, open_shop, settle_customers
from sim.scenarios.plc_media import check_medium
from sim.scenarios.scenario import Scenario
from sim.scenarios.shop import Shop
from sim.scenarios.site_meters import (
    MagnetTampering,
    MemoryWrites,
    PlacedMeter,
    SiteContext,
    check_models,
    follow_relays,
    place_meters,
)
from sim.scenarios.site_physics import Physics
from sim.scenarios.site_plc import SitePlcNetwork, build_plc_network, concentrator_of
from sim.scenarios.site_recorder import Recorder
from sim.scenarios.tables import ScenarioError

if TYPE_CHECKING:
    from numpy.random import Generator

# ---- random streams


class SiteStreams(RandomStreams):
    """The streams of a world's seed, under names of their own for each site.

    Args:
        seed: the world's seed.
        site: number of the site, from 1.
    """

    __slots__ = ("_prefix",)

    def __init__(self, seed: int, site: int) -> None:
        super().__init__(seed)
        self._prefix = f"site-{site}/"

    def stream(self, device_id: str) -> "Generator":
        """A fresh generator for `device_id` of this site."""
        return super().stream(self._prefix + device_id)

    def octets(self, device_id: str) -> OctetStream:
        """A fresh stream of octets for `device_id` of this site."""
        return super().octets(self._prefix + device_id)


# ---- site


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
        memory_writes: when its meters write.
    """

    number: int
    grid: Microgrid
    physics: Physics
    placed: tuple[PlacedMeter, ...]
    wire: SitePlcNetwork
    shop: Shop
    customers: tuple[Customer, ...]
    recorder: Recorder
    memory_writes: MemoryWrites

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


def build_site(world: SiteContext, scenario: Scenario, number: int, open_shop: OpenShop = open_shop) -> Site:
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
    wire = build_plc_network(world, scenario, grid, placed, streams, site=number)
    shop = open_shop(world, scenario)
    customers = settle_customers(
        world, scenario, placed, shop, streams, utc_offset_h=terms.plant.utc_offset_h
    )
    homes = [place.meter for place in placed if place.point is not None]

    def cut_off() -> float:
        return sum(not meter.parts.switch.relay_closed for meter in homes) / len(homes)

    recorder = Recorder(grid, cut_off, wire.reads)
    physics.observers += [MagnetTampering(grid, placed).observe, wire.follow_power, recorder.observe]
    memory_writes = MemoryWrites(world.env, placed)
    memory_writes.hold()
    physics.start()
    return Site(number, grid, physics, placed, wire, shop, customers, recorder, memory_writes)


# ---- description of a meter


def describe_meter(site: Site, place: PlacedMeter) -> dict[str, Any]:
    """Name, DRN, serial, logical device name, modem address, and the STS register without its key."""
    meter = place.meter
    return {
        "name": place.identity.name,
        "drn": meter.drn,
        "serial": meter.profile.serial,
        "ldn": meter.profile.logical_device_name,
        "eui48": place.eui48.hex(),
        "keying": register_of(meter),
    }


def register_of(meter: Meter) -> dict[str, str | int]:
    """The register of its decoder key, without the key: what a vending system must know to sell to it."""
    register = meter.parts.tokens.register
    return {
        "sgc": register.sgc,
        "krn": register.krn,
        "ti": register.ti,
        "ken": register.ken,
        "key_type": int(register.key_type),
        "ea": register.decoder_key.ea,
        "dkga": register.dkga,
        "base_date": int(register.base_date.name.removeprefix("Y")),
    }
