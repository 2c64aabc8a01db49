"""Summary of a run as plain data with language-free keys; units are last in every name."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from protocols.field.events import EventCode
from protocols.sts.identity import TID_MAX
from sim.grid.energy_balance import NJ_PER_WH, EnergyBalance
from sim.meter.metering.metrology import Quantity
from sim.scenarios import solar_homes
from sim.scenarios.customers import ACCEPTED, SECTIONS

if TYPE_CHECKING:
    from sim.concentrator import Concentrator
    from sim.kernel.timing import SimClock
    from sim.scenarios.scenario import Scenario
    from sim.scenarios.site import Site
    from sim.scenarios.site_meters import PlacedMeter
    from sim.scenarios.solar_homes import SolarHome

# ---- energy, supply and theft

_S_PER_H = 3_600.0
_HOURS = 24


def energy_sums(sites: "Sequence[Site]") -> dict[str, Any]:
    """Every account of the books in whole Wh, and what is left over in nJ, which must be nothing."""
    accounts = {
        field.name.removesuffix("_nj") + "_wh": sum(getattr(site.grid.books, field.name) for site in sites)
        // NJ_PER_WH
        for field in fields(EnergyBalance)
        if field.name != "worst_residue_nj"
    }
    balance_nj = sum(abs(site.grid.books.balance_nj()) for site in sites)
    return {**accounts, "balance_nj": balance_nj}


def supply_figures(sites: "Sequence[Site]", simulated_s: float) -> dict[str, Any]:
    """Hours of service a day, what disturbed it, and the technical losses as a share of what was sent."""
    service_s = sum(site.grid.supply.service_s for site in sites) / len(sites)
    events = Counter(f"{event.kind}: {event.cause}" for site in sites for event in site.grid.supply.events)
    sent_nj = sum(site.grid.books.sent_nj + site.grid.books.exported_nj for site in sites)
    lost_nj = sum(site.grid.books.technical_losses_nj for site in sites)
    volts = [point for site in sites for point in site.recorder.points if point.energised]
    return {
        "service_h": round(service_s / _S_PER_H, 3),
        "service_h_per_day": round(24 * service_s / simulated_s, 2) if simulated_s else 0.0,
        "events": dict(sorted(events.items())),
        "technical_losses_share": round(lost_nj / sent_nj, 5) if sent_nj else 0.0,
        "voltage_v_min": round(min((point.voltage_v_min for point in volts), default=0.0), 2),
        "voltage_v_max": round(max((point.voltage_v_max for point in volts), default=0.0), 2),
        "battery": [round(float(site.grid.battery_soc), 4) for site in sites],
    }


def availability_by_hour(sites: "Sequence[Site]", epoch: datetime, utc_offset_h: float) -> list[float | None]:
    """Share of the points that had a voltage, for each hour of the local day; None for an hour not seen."""
    seen: list[list[float]] = [[] for _ in range(_HOURS)]
    for site in sites:
        for point in site.recorder.points:
            local = epoch + timedelta(seconds=point.at_s - 1, hours=utc_offset_h)
            seen[local.hour].append(point.energised)
    return [round(sum(shares) / len(shares), 4) if shares else None for shares in seen]


def theft_figures(sites: "Sequence[Site]") -> dict[str, Any]:
    """Planted thefts, as ground truth, beside what the balance of the totaliser shows.

    The balance knows no truth: what the totaliser counted, less what the meters of the homes counted, is lost
    in the lines or stolen, and nobody can tell which from this figure alone.
    """
    planted = [
        {
            "kind": str(theft.kind),
            "meter": site.placed[theft.point].identity.name,
            "begin_s": round(theft.begin_s, 3),
            "stolen_wh": theft.stolen_nj // NJ_PER_WH,
        }
        for site in sites
        for theft in site.grid.thefts
    ]
    stolen_nj = sum(site.grid.books.stolen_nj + site.grid.books.concealed_nj for site in sites)
    return {
        "planted": planted,
        "stolen_wh": stolen_nj // NJ_PER_WH,
        "found": balance([site for site in sites if site.totaliser is not None]),
    }


def balance(sites: "Sequence[Site]") -> dict[str, Any] | None:
    """The balance of totalisers against the meters behind them; None where there is no totaliser."""
    if not sites:
        return None
    sent_wh = sum(_net_wh(site, head=True) for site in sites)
    metered_wh = sum(_net_wh(site, head=False) for site in sites)
    missing_wh = sent_wh - metered_wh
    return {
        "totaliser_wh": sent_wh,
        "meters_wh": metered_wh,
        "missing_wh": missing_wh,
        "missing_share": round(missing_wh / sent_wh, 5) if sent_wh else 0.0,
    }


def _net_wh(site: "Site", *, head: bool) -> int:
    registers = [
        place.meter.parts.metrology.energy_wh(Quantity.ACTIVE_IMPORT)
        - place.meter.parts.metrology.energy_wh(Quantity.ACTIVE_EXPORT)
        for place in site.placed
        if (place.point is None) is head
    ]
    return sum(registers)


# ---- tokens and customers


def token_counts(sites: "Sequence[Site]") -> dict[str, Any]:
    """Tickets and what the keypads said to what was typed."""
    diaries = [customer.diary for site in sites for customer in site.customers]
    results = Counter(entry.result for diary in diaries for entry in diary.entries)
    accepted = sum(results[name] for name in (ACCEPTED, *SECTIONS))
    unanswered = results.pop("", 0)
    refused = {name: count for name, count in sorted(results.items()) if name not in (ACCEPTED, *SECTIONS)}
    return {
        "bought": sum(len(diary.tickets) for diary in diaries),
        "bought_wh": sum(ticket.amount_wh for diary in diaries for _, ticket in diary.tickets),
        "typed": sum(len(diary.entries) for diary in diaries),
        "accepted": accepted,
        "refused": refused,
        "unanswered": unanswered,
        "given_up": sum(diary.given_up for diary in diaries),
        "turned_away": sum(diary.turned_away for diary in diaries),
        "lost_tickets": sum(diary.lost_tickets for diary in diaries),
    }


def customer_counts(sites: "Sequence[Site]") -> dict[str, Any]:
    """Customers, those without supply for want of credit, and how often that came and went."""
    meters = [place.meter for site in sites for place in site.homes]
    counts = [meter.parts.events for meter in meters]
    return {
        "meters": len(meters),
        "customers": sum(len(site.customers) for site in sites),
        "cut_off_now": sum(not meter.parts.switch.relay_closed for meter in meters),
        "disconnections": sum(log.count(EventCode.LOCAL_DISCONNECTION) for log in counts),
        "reconnections": sum(log.count(EventCode.LOCAL_RECONNECTION) for log in counts),
        "events": sum(log.total for log in counts),
    }


def key_change_left(
    sites: "Sequence[Site]", scenario: "Scenario", simulated_s: float
) -> dict[str, Any] | None:
    """Customers with the new key, and those stranded: no token of the old key can help them any more."""
    if scenario.key_change is None:
        return None
    records = {name: record for site in sites for name, record in site.shop.records.items()}
    base = next(iter(records.values())).register.base_date if records else None
    stranded = sorted(_stranded(sites))
    old = [record.register for record in records.values() if not record.changed]
    ends = old[0].base_date.instant + timedelta(minutes=TID_MAX + 1) if old else None
    now = scenario.frame.epoch + timedelta(seconds=simulated_s)
    return {
        "changed": sum(record.changed for record in records.values()),
        "not_changed": len(old),
        "old_range_ends": None if ends is None else ends.isoformat(),
        "old_range_over": ends is not None and now >= ends,
        "base_date": None if base is None else int(base),
        "stranded": stranded,
    }


def _stranded(sites: "Sequence[Site]") -> set[str]:
    """Customers whose last attempt came to nothing although they did it right."""
    found = set()
    for site in sites:
        for customer in site.customers:
            if site.shop.records[customer.name].changed:
                continue
            diary = customer.diary
            if diary.turned_away or diary.lost_tickets:
                found.add(customer.name)
    return found


# ---- readings

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


# ---- registers

#: Class 1 active, where the load is small: 1.5 %. Source: IEC 62053-21:2020, table 4.
CLASS_SHARE = 0.015
#: The starting current of class 1, direct connected: 0.4 % of Ib. Source: IEC 62053-21:2020, table 8.
_STARTING_SHARE_OF_IB = 0.004
_WHOLE_WH = 1.0


@dataclass(frozen=True, slots=True)
class Compared:
    """One register and its truth.

    Args:
        meter: its name.
        register_wh: what the meter counted, import.
        true_wh: what flowed.
        allowed_wh: by how much they may differ.
        tampered: a magnet was there.
    """

    meter: str
    register_wh: int
    true_wh: float
    allowed_wh: float
    tampered: bool

    @property
    def error_wh(self) -> float:
        """Register less truth."""
        return self.register_wh - self.true_wh

    @property
    def in_class(self) -> bool:
        """True if the register is as right as it must be."""
        return abs(self.error_wh) <= self.allowed_wh


def compare(site: "Site") -> Iterator[Compared]:
    """Every meter of a site; books and truth must be closed at the same instant."""
    magnets = {theft.point for theft in site.grid.thefts if str(theft.kind) == "magnet"}
    hours = site.grid.supply.service_s / _S_PER_H
    for row, place in enumerate(site.placed):
        nominal = place.meter.profile.nominal
        starting_w = _STARTING_SHARE_OF_IB * nominal.current_a * nominal.voltage_v
        true_wh = float(site.physics.true_import_wh[row])
        yield Compared(
            meter=place.identity.name,
            register_wh=place.meter.parts.metrology.energy_wh(Quantity.ACTIVE_IMPORT),
            true_wh=true_wh,
            allowed_wh=CLASS_SHARE * true_wh + min(starting_w * hours, true_wh) + _WHOLE_WH,
            tampered=place.point in magnets,
        )


def registers(sites: "Sequence[Site]") -> dict[str, Any]:
    """Number of registers compared, and the worst of them."""
    compared = [row for site in sites for row in compare(site)]
    honest = [row for row in compared if not row.tampered]
    worst = max(honest, key=lambda row: abs(row.error_wh) / row.allowed_wh)
    share = worst.error_wh / worst.true_wh if worst.true_wh else 0.0
    return {
        "compared": len(honest),
        "tampered": len(compared) - len(honest),
        "in_class": sum(row.in_class for row in honest),
        "worst_meter": worst.meter,
        "worst_error_wh": round(worst.error_wh, 3),
        "worst_error_percent": round(100 * share, 4),
        "true_wh": round(sum(row.true_wh for row in honest)),
        "register_wh": sum(row.register_wh for row in honest),
    }


def summarise(
    scenario: "Scenario", clock: "SimClock", sites: "tuple[Site, ...]", homes: "tuple[SolarHome, ...]"
) -> dict[str, Any]:
    """Summary of a world whose books are closed at this instant."""
    simulated_s = clock.now_s()
    offset_h = sites[0].grid.terms.plant.utc_offset_h
    key_change = key_change_left(sites, scenario, simulated_s)
    return {
        "scenario": scenario.name,
        "seed": scenario.frame.seed,
        "epoch": clock.epoch.isoformat(),
        "simulated_s": simulated_s,
        "sites": len(sites),
        "energy": energy_sums(sites),
        "supply": supply_figures(sites, simulated_s),
        "availability_by_hour": availability_by_hour(sites, clock.epoch, offset_h),
        "theft": theft_figures(sites),
        "registers": registers(sites),
        "reads": _reads(sites),
        "tokens": token_counts(sites),
        "customers": customer_counts(sites),
        **({} if key_change is None else {"key_change": key_change}),
        **({"solar_homes": solar_homes.summarise(homes)} if homes else {}),
    }


def _reads(sites: "tuple[Site, ...]") -> dict[str, Any]:
    """Readings of the concentrators, and their own summaries."""
    summaries = {
        name: concentrator.summary()
        for site in sites
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
        "rows": counts(readings(sites)),
        "share": round(done / wanted, 5) if wanted else None,
        "concentrators": summaries,
    }
