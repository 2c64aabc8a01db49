"""Energy, supply and theft over the sites of a world."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sim.grid.books import NJ_PER_WH, EnergyBooks
from sim.meter.metrology import Quantity

if TYPE_CHECKING:
    from sim.scenarios.site import Site

_S_PER_H = 3_600.0
_HOURS = 24


def energy(sites: "Sequence[Site]") -> dict[str, Any]:
    """Every account of the books in whole Wh, and what is left over in nJ, which must be nothing."""
    accounts = {
        field.name.removesuffix("_nj") + "_wh": sum(getattr(site.grid.books, field.name) for site in sites)
        // NJ_PER_WH
        for field in fields(EnergyBooks)
        if field.name != "worst_residue_nj"
    }
    balance_nj = sum(abs(site.grid.books.balance_nj()) for site in sites)
    return {**accounts, "balance_nj": balance_nj}


def supply(sites: "Sequence[Site]", simulated_s: float) -> dict[str, Any]:
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


def theft(sites: "Sequence[Site]") -> dict[str, Any]:
    """What was planted, as ground truth, beside what the balance of the totaliser shows.

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
