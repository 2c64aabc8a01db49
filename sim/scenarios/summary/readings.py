"""Readings: what the meters captured beside what the concentrators have of it, row by row.

Only the rows count that a concentrator should have: those that a meter still holds and that were captured
after it had registered. What was captured in the last hours may still be on its way, and is told apart.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.concentrator import Concentrator
    from sim.scenarios.site import Site
    from sim.scenarios.site_meters import PlacedMeter

LOAD_PROFILE = "1.0.99.1.0"
_US_PER_S = 1_000_000
_DAY_S = 86_400.0
#: A run of a plan and its rounds may take so long, s.
_RUN_S = 3_600.0
Instants = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Readings:
    """Rows of the load profiles of one site.

    Args:
        captured: rows that the meters hold and a concentrator should have.
        stored: of them, those that it has.
        missing: of them, those that it does not have though they are old enough, with the meter's name.
        on_their_way: of them, those that it does not have and that are young.
        duplicated: rows that it has more than once.
    """

    captured: int
    stored: int
    missing: tuple[tuple[str, int], ...]
    on_their_way: int
    duplicated: int


def readings(sites: "Sequence[Site]", young_s: float | None = None) -> Readings:
    """Compare every meter of every site with what was stored of it.

    Args:
        sites: of the world.
        young_s: a row that is younger may still be on its way, s; None: one period of the concentrator's
            plan for profiles, and a run of it.
    """
    captured = stored = waiting = duplicated = 0
    missing: list[tuple[str, int]] = []
    for site in sites:
        for concentrator in site.wire.concentrators.values():
            kept = stored_instants(concentrator)
            duplicated += sum(len(instants) - len(set(instants)) for instants in kept.values())
            patience_s = _patience_s(concentrator) if young_s is None else young_s
            young_from_s = concentrator.clock.utc().timestamp() - patience_s
            for place, instants in _captured(site, concentrator):
                absent = sorted(set(instants) - set(kept.get(place.meter.profile.serial, ())))
                late = [instant for instant in absent if instant < young_from_s]
                captured += len(instants)
                stored += len(instants) - len(absent)
                waiting += len(absent) - len(late)
                missing += [(place.identity.name, instant) for instant in late]
    return Readings(captured, stored, tuple(missing), waiting, duplicated)


def _patience_s(concentrator: "Concentrator") -> float:
    """Within which a row is fetched, where nothing goes wrong, s."""
    plans = [plan for plan in concentrator.collector.plans if LOAD_PROFILE in plan.obis]
    return min((plan.every_s or _DAY_S for plan in plans), default=_DAY_S) + _RUN_S


def stored_instants(concentrator: "Concentrator") -> Instants:
    """Serial -> instants of the load-profile rows of a meter, s since 1970, as often as they are stored."""
    found: Instants = {}
    for batch in concentrator.storage:
        if batch.profile == LOAD_PROFILE:
            found.setdefault(batch.serial, []).extend(at_s for at_s, _ in batch.rows)
    return found


def _captured(site: "Site", concentrator: "Concentrator") -> "Iterator[tuple[PlacedMeter, list[int]]]":
    """Every registered meter with the instants of its rows since it registered, s since 1970."""
    for place in site.homes:
        record = concentrator.registry.by_serial(place.meter.profile.serial)
        if record is None or not record.is_registered:
            continue
        instants = captured_instants(place)
        yield place, [instant for instant in instants if instant > record.since_utc_s]


def captured_instants(place: "PlacedMeter") -> list[int]:
    """Instants of the rows of the load profile that a meter holds, s since 1970."""
    return [row.epoch_us // _US_PER_S for row in place.meter.parts.load_profile.rows]


def counts(found: Readings) -> dict[str, int]:
    """For a summary: repeated rows are counted once."""
    per_meter = Counter(name for name, _ in found.missing)
    return {
        "captured": found.captured,
        "stored": found.stored,
        "missing": len(found.missing),
        "meters_with_gaps": len(per_meter),
        "on_their_way": found.on_their_way,
        "duplicated": found.duplicated,
    }
