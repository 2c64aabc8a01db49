"""Digest of a world: one number over everything that happened, the same wherever it is computed.

Only whole numbers go in, in a fixed order: Wh, mV, ms, counts and codes. Nothing depends on the order of a
dictionary, on addresses in memory or on the last bits of a sum of floats.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from sim.grid.energy_balance import NJ_PER_WH, EnergyBalance
from sim.meter.metering.metrology import Quantity
from sim.scenarios import solar_homes

if TYPE_CHECKING:
    from sim.concentrator import Concentrator
    from sim.scenarios.customers import Customer
    from sim.scenarios.site import Site
    from sim.scenarios.site_meters import PlacedMeter
    from sim.scenarios.solar_homes import SolarHome

_MS_PER_S = 1_000
_MV_PER_V = 1_000
_US_PER_MS = 1_000
Value = int | str


def digest_of(now_s: float, sites: "tuple[Site, ...]", homes: "tuple[SolarHome, ...]") -> str:
    """SHA-256 over a world as it stands, in hexadecimal; its books must be closed."""
    sha = hashlib.sha256()
    for row in world_rows(now_s, sites, homes):
        sha.update(" ".join(map(str, row)).encode() + b"\n")
    return sha.hexdigest()


def world_rows(
    now_s: float, sites: "tuple[Site, ...]", homes: "tuple[SolarHome, ...]"
) -> Iterator[Iterable[Value]]:
    """Rows that go into the digest: for a person who looks where two worlds part."""
    yield "time", _ms(now_s)
    for site in sites:
        yield "site", site.number
        yield from _grid_rows(site)
        for place in site.placed:
            yield from _meter_rows(place)
        for customer in site.customers:
            yield from _customer_rows(customer)
        for name in sorted(site.wire.concentrators):
            yield from _concentrator_rows(name, site.wire.concentrators[name])
    yield from solar_homes.rows(homes)


def _grid_rows(site: "Site") -> Iterator[Iterable[Value]]:
    books = site.grid.books
    for field in fields(EnergyBalance):
        yield "book", field.name, getattr(books, field.name) // NJ_PER_WH
    yield "service", _ms(site.grid.supply.service_s)
    yield "voltages", *(round(float(volts) * _MV_PER_V) for volts in site.grid.voltage_v)
    for event in site.grid.supply.events:
        end_ms = -1 if event.end_s is None else _ms(event.end_s)
        yield "supply", str(event.kind), str(event.cause), _ms(event.begin_s), end_ms, *event.points
    for theft in site.grid.thefts:
        yield "theft", theft.kind, theft.point, _ms(theft.begin_s), theft.stolen_nj // NJ_PER_WH


def _meter_rows(place: "PlacedMeter") -> Iterator[Iterable[Value]]:
    meter = place.meter
    metrology = meter.parts.metrology
    yield "meter", place.identity.name, meter.drn, int(meter.powered)
    yield "registers", *(metrology.energy_wh(quantity) for quantity in Quantity)
    yield "credit", meter.parts.prepayment.credit_wh, int(meter.parts.switch.control_state)
    for entry in meter.parts.events.entries:
        yield "event", entry.epoch_us // _US_PER_MS, int(entry.code)


def _concentrator_rows(name: str, concentrator: "Concentrator") -> Iterator[Iterable[Value]]:
    summary = concentrator.summary()
    yield from (
        ("concentrator", name, key, summary[key]) for key in sorted(summary) if isinstance(summary[key], int)
    )
    for event in concentrator.parts.events:
        yield "told", event.number, event.utc_s, event.name, event.serial, event.detail
    for entry in concentrator.base.topology():
        heard_ms = -1 if entry.last_heard_s is None else _ms(entry.last_heard_s)
        wire = concentrator.base.statistics(entry.eui48)
        yield "node", entry.eui48.hex(), str(entry.state), entry.level, heard_ms
        yield "wire", wire.sent, wire.received, wire.failed, wire.retries, wire.bytes_out, wire.bytes_in


def _customer_rows(customer: "Customer") -> Iterator[Iterable[Value]]:
    diary = customer.diary
    yield "customer", customer.name, diary.turned_away, diary.given_up, diary.lost_tickets
    for at_s, ticket in diary.tickets:
        yield "ticket", _ms(at_s), ticket.amount_wh, *ticket.tokens
    for entry in diary.entries:
        yield "entry", _ms(entry.at_s), entry.digits, entry.result


def _ms(at_s: float) -> int:
    return round(at_s * _MS_PER_S)
