"""Meters of one site.

One at each point of the grid, the totaliser at its head, magnets on them, their memory writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from sim.kernel.random import RandomStreams
from sim.kernel.timing import FieldEnvironment, SimClock, Ticker
from sim.meter import DEFAULT_PARTS, Meter, MeterProfile, Parts, ProfileError, build, load_profile
from sim.meter.bank import MeteringBank
from sim.meter.communication.modem import meter_eui48
from sim.meter.events.tamper_protections import protection_terms
from sim.scenarios.identities import Identity, head_model, home_model, site_prefix
from sim.scenarios.scenario import CustomerTerms, Scenario
from sim.scenarios.tables import ScenarioError

if TYPE_CHECKING:
    from sim.grid.microgrid import Microgrid

# ---- placement


@dataclass(frozen=True, slots=True)
class SiteContext:
    """The world around a site.

    Args:
        env: its event loop.
        clock: its true time.
        seed: of every random stream.
    """

    env: FieldEnvironment
    clock: SimClock
    seed: int


@dataclass(frozen=True, slots=True)
class PlacedMeter:
    """One meter and where it is.

    Args:
        identity: its names.
        point: of the grid; None of the totaliser.
        meter: the meter itself.
    """

    identity: Identity
    point: int | None
    meter: Meter

    @property
    def eui48(self) -> bytes:
        """Address of its modem, where it has one."""
        return meter_eui48(self.meter.profile)


def first_number(scenario: Scenario, site: int, points: int) -> int:
    """The number of a site's first meter in the world."""
    return (site - 1) * (points + bool(scenario.meters.totaliser)) + 1


def check_models(scenario: Scenario) -> tuple[MeterProfile, MeterProfile | None]:
    """The models of the homes and of the totaliser.

    Raises:
        ScenarioError: there is no such profile.
    """
    terms = scenario.meters
    try:
        return load_profile(terms.profile), load_profile(terms.totaliser) if terms.totaliser else None
    except ProfileError as error:
        raise ScenarioError(f"[meters] {error}") from error


def place_meters(
    world: SiteContext,
    scenario: Scenario,
    bank: MeteringBank,
    streams: RandomStreams,
    *,
    site: int,
    points: int,
) -> tuple[PlacedMeter, ...]:
    """One meter for each row of the bank, in its order.

    Raises:
        ScenarioError: a profile does not exist, or cannot be had so often.
    """
    homes, heads = check_models(scenario)
    number, prefix = first_number(scenario, site, points), site_prefix(site, scenario.frame.sites)
    placed = []
    for row in range(points + (heads is not None)):
        at_head = row == points
        identity = Identity(prefix + ("totaliser" if at_head else f"m{row + 1}"), number + row)
        try:
            model = (
                head_model(heads, homes, identity.number)
                if heads is not None and at_head
                else _home(homes, scenario, streams, identity)
            )
        except ProfileError as error:
            raise ScenarioError(f"[meters] {error}") from error
        meter = build(
            model,
            _banked(bank, row),
            env=world.env,
            clock=world.clock,
            supply=bank.supply(row),
            streams=streams,
            objects_on_demand=row > 0 and not at_head,
        )
        placed.append(PlacedMeter(identity, None if at_head else row, meter))
    return tuple(placed)


def _banked(bank: MeteringBank, row: int) -> Parts:
    return replace(DEFAULT_PARTS, metrology=lambda constants, _now_us: bank.element(row, constants))


def _home(
    model: MeterProfile, scenario: Scenario, streams: RandomStreams, identity: Identity
) -> MeterProfile:
    """The model at one home, with its own credit."""
    numbers = streams.stream(f"{identity.name.rpartition('.')[2]}/home")
    terms = scenario.customers or CustomerTerms()
    own = home_model(
        model,
        identity.number,
        initial_wh=int(numbers.integers(terms.initial_wh_min, terms.initial_wh_max + 1)),
    )
    if scenario.meters.relay:
        relay = protection_terms({"relay": scenario.meters.relay}).relay
        relay = {**own.protections.relay, **relay}
        own = replace(own, protections=replace(own.protections, relay=relay))
    if not scenario.meters.limit_w:
        return own
    return replace(own, limiter=replace(own.limiter, limit_w=scenario.meters.limit_w))


def follow_relays(placed: tuple[PlacedMeter, ...], moved: Callable[[int, bool], None]) -> None:
    """Have `moved` called with point and position whenever a relay moves; now for those that are open."""
    for place in placed:
        if place.point is None:
            continue
        place.meter.on_relay.append(partial(moved, place.point))
        if not place.meter.parts.switch.relay_closed:
            moved(place.point, False)


# ---- magnets

_FAULT = "magnet"


class MagnetTampering:
    """Watches the magnets of a grid.

    Args:
        grid: where thefts are planted.
        placed: the meters in the order of the grid's points.
    """

    __slots__ = ("_grid", "_placed", "_there")

    def __init__(self, grid: "Microgrid", placed: Sequence[PlacedMeter]) -> None:
        self._grid = grid
        self._placed = placed
        self._there = [False] * grid.points

    def observe(self) -> None:
        """The grid has just moved: put magnets on and take them away."""
        there = self._grid.tamper.magnet.tolist()
        if there == self._there:
            return
        for point, (before, now) in enumerate(zip(self._there, there, strict=True)):
            if before == now:
                continue
            faults = self._placed[point].meter.faults
            if now:
                faults.begin(_FAULT, float(self._grid.tamper.registration[point]))
            else:
                faults.end(_FAULT)
        self._there = there


# ---- memory writes

#: What is noted and not written takes room.
_WRITE_EVERY_S = 6 * 3600.0


class MemoryWrites:
    """The memories of the meters of one site.

    Args:
        env: the world's environment.
        placed: the meters.
    """

    __slots__ = ("_env", "_held", "_placed", "_ticker")

    def __init__(self, env: FieldEnvironment, placed: Sequence[PlacedMeter]) -> None:
        self._env = env
        self._placed = placed
        self._held = True
        self._ticker = Ticker(env, self._write)

    def hold(self) -> None:
        """Write only now and then from now on."""
        self._ticker.start(float(self._env.now))

    def release(self) -> None:
        """Write what was noted, and from now on everything at once."""
        self._held = False
        for place in self._placed:
            place.meter.write_held()

    def _write(self) -> float:
        if self._held:
            for place in self._placed:
                place.meter.write_held()
                place.meter.hold_writes()
        return float(self._env.now) + _WRITE_EVERY_S
