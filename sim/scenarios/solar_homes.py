"""Homes with a sun of their own (SSFVI): no feeder, no wire; a controller that is paid by the day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sim.kernel.random import RandomStreams
from sim.meter import ProfileError, load_profile
from sim.meter.ssfvi import Ssfvi, build_ssfvi
from sim.meter.units import NJ_PER_WH
from sim.scenarios.identities import member
from sim.scenarios.scenario import Scenario
from sim.scenarios.site_meters import SiteContext
from sim.scenarios.tables import ScenarioError

PROFILE = "ssfvi"
_MILLI = 1_000


@dataclass(frozen=True, slots=True)
class SolarHome:
    """One of them.

    Args:
        name: ``v1``, ``v2`` …
        ssfvi: its controller and its system.
    """

    name: str
    ssfvi: Ssfvi


def build_solar_homes(world: SiteContext, scenario: Scenario) -> tuple[SolarHome, ...]:
    """As many as the scenario says; their numbers follow those of the meters' model.

    Raises:
        ScenarioError: the model of controller or system does not exist.
    """
    terms = scenario.solar_homes
    if terms is None:
        return ()
    streams = RandomStreams(world.seed)
    try:
        model = load_profile(PROFILE)
        model = replace(model, credit=replace(model.credit, initial_wh=100 * terms.initial_days))
        return tuple(
            SolarHome(
                f"v{number}",
                build_ssfvi(
                    member(model, number, shared=False),
                    terms.system,
                    env=world.env,
                    clock=world.clock,
                    streams=streams,
                    objects_on_demand=True,
                ),
            )
            for number in range(1, terms.count + 1)
        )
    except ProfileError as error:
        raise ScenarioError(f"[solar_homes] {error}") from error


def summarise(homes: tuple[SolarHome, ...]) -> dict[str, Any]:
    """Energy, days served and days given back, over all of them; every book closes to the nJ."""
    stores = [home.ssfvi.system.store for home in homes]
    availabilities = [home.ssfvi.meter.parts.availability for home in homes]
    charge = [home.ssfvi.system.charge_milli / _MILLI for home in homes]
    return {
        "systems": len(homes),
        "harvested_wh": sum(store.harvested_nj for store in stores) // NJ_PER_WH,
        "delivered_wh": sum(store.delivered_nj for store in stores) // NJ_PER_WH,
        "curtailed_wh": sum(store.curtailed_nj for store in stores) // NJ_PER_WH,
        "balance_nj": sum(abs(store.balance_nj) for store in stores),
        "days": sum(kept.days for kept in availabilities),
        "short_days": sum(kept.short_days for kept in availabilities),
        "without_credit": sum(not home.ssfvi.meter.parts.switch.relay_closed for home in homes),
        "charge_percent_mean": round(sum(charge) / len(charge), 2),
    }


def rows(homes: tuple[SolarHome, ...]) -> Iterator[tuple[str | int, ...]]:
    """Rows of the digest of a world."""
    for home in homes:
        store = home.ssfvi.system.store
        yield "solar-home", home.name, home.ssfvi.meter.drn, home.ssfvi.system.charge_milli
        yield "harvest", store.harvested_nj // NJ_PER_WH, store.delivered_nj // NJ_PER_WH
        yield "balance", store.balance_nj
