"""The whole summary of a world."""

from typing import TYPE_CHECKING, Any

from sim.scenarios import solar_homes
from sim.scenarios.summary import energy, people, registers
from sim.scenarios.summary.readings import counts, readings

if TYPE_CHECKING:
    from sim.scenarios.field import FieldWorld


def summarise(world: "FieldWorld") -> dict[str, Any]:
    """Everything that a run has to say; the books of `world` must be closed at this instant."""
    sites, scenario = world.sites, world.scenario
    simulated_s = float(world.env.now)
    offset_h = sites[0].grid.terms.plant.utc_offset_h
    key_change = people.key_change(sites, scenario, simulated_s)
    return {
        "scenario": scenario.name,
        "seed": scenario.frame.seed,
        "epoch": world.clock.epoch.isoformat(),
        "simulated_s": simulated_s,
        "sites": len(sites),
        "energy": energy.energy(sites),
        "supply": energy.supply(sites, simulated_s),
        "availability_by_hour": energy.availability_by_hour(sites, world.clock.epoch, offset_h),
        "theft": energy.theft(sites),
        "registers": registers.registers(sites),
        "reads": _reads(world),
        "tokens": people.tokens(sites),
        "customers": people.customers(sites),
        **({} if key_change is None else {"key_change": key_change}),
        **({"solar_homes": solar_homes.summarise(world.solar_homes)} if world.solar_homes else {}),
    }


def _reads(world: "FieldWorld") -> dict[str, Any]:
    """What the concentrators read and what they say of it."""
    summaries = {
        name: concentrator.summary()
        for site in world.sites
        for name, concentrator in site.wire.concentrators.items()
    }
    wanted, done, late = (
        sum(summary.get(f"reads_{name}", 0) for summary in summaries.values())
        for name in ("wanted", "done", "late")
    )
    return {
        "wanted": wanted,
        "done": done,
        "late": late,
        "rows": counts(readings(world.sites)),
        "share": round(done / wanted, 5) if wanted else None,
        "concentrators": summaries,
    }
