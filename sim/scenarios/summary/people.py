"""Tokens, customers, and what a key-change campaign left behind."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from protocols.sts.identity.token_identifier import TID_MAX
from sim.meter.events import EventCode
from sim.scenarios.customers import ACCEPTED, SECTIONS

if TYPE_CHECKING:
    from sim.scenarios.scenario import Scenario
    from sim.scenarios.site import Site


def tokens(sites: "Sequence[Site]") -> dict[str, Any]:
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


def customers(sites: "Sequence[Site]") -> dict[str, Any]:
    """How many there are, who is without supply for want of credit, how often that came and went."""
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


def key_change(sites: "Sequence[Site]", scenario: "Scenario", simulated_s: float) -> dict[str, Any] | None:
    """Who got the new key, and who is stranded: buys, but no token of the old key can help any more."""
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
