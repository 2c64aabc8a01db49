"""Keys and whole messages of off-line sale, for tests that read and write them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.offline import Entry, follow, genesis
from protocols.offline.messages import (
    Batch,
    CounterReading,
    Customer,
    Enrolment,
    Lease,
    LeasedMeter,
    Limits,
    OfficeKeys,
    Operator,
    Pack,
    PackDeposit,
    PointOfSale,
    Provider,
    Settled,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TERMINAL = UUID("5a1c9d2e-7b1f-4a53-9f0e-3c6b8f2d1e40")
_SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = _SIGNER.public_key().public_bytes_raw()
OTHER_PUBLIC = _OTHER.public_key().public_bytes_raw()
sign, sign_otherwise = _SIGNER.sign, _OTHER.sign


def uuid(number: int) -> UUID:
    return UUID(int=number, version=4)


def sale(number: int, **other: Any) -> dict[str, Any]:
    """The content of a sale."""
    plain = {
        "sale_id": uuid(number),
        "number": f"SAT-{number}",
        "installation": "NIU-1",
        "drn": "07000000013",
        "operator": "ana",
        "shift_id": uuid(7),
        "inputs": {"amount_c": 1_000_000, "tariff": {"code": "ZNI-E1", "steps": [{"name": "Ñandú"}]}},
        "amount_c": 1_000_000,
        "units": 255,
        "energy_c": 900_000,
        "deducted_c": 100_000,
        "residue_mc": 12,
        "subsidy_mc": -5,
        "tokens": [{"digits": "12345678901234567890", "tid": 6_397_283, "role": "credit"}],
        "sequence": number,
        "spent_c": 1_000_000 * number,
        "lease_id": uuid(9),
        "flags": ["conservative"],
    }
    return {**plain, **other}


def chain(sales: int = 3) -> tuple[Entry, ...]:
    """A shift with so many sales, each printed."""
    steps: list[tuple[str, dict[str, Any]]] = [
        ("pack-loaded", {"pack_id": uuid(5), "number": 1}),
        ("shift-opened", {"shift_id": uuid(7), "operator": "ana"}),
    ]
    for number in range(1, sales + 1):
        steps += [("sale", sale(number)), ("print", {"sale_id": uuid(number), "copy": 1})]
    steps.append(("shift-closed", {"shift_id": uuid(7), "counted_c": 0, "sold_c": 0, "sales": sales}))
    entries: list[Entry] = []
    last = genesis(TERMINAL)
    for place, (kind, content) in enumerate(steps):
        entries.append(follow(place, last, kind, NOW + timedelta(minutes=place), content))
        last = entries[-1].hash
    return tuple(entries)


def enrolment() -> Enrolment:
    return Enrolment(TERMINAL, "SN 7/1", "Datáfono de Satinga", PUBLIC, bytes(32), NOW)


def office_keys() -> OfficeKeys:
    return OfficeKeys("Energía del Sanquianga", PUBLIC, OTHER_PUBLIC, NOW)


def lease() -> Lease:
    meter = LeasedMeter("07000000013", "11", 2, "201457", 1, 1, 2, 255, 2014, -1, bytes(32))
    return Lease(
        lease_id=uuid(9),
        terminal_id=TERMINAL,
        part=1,
        parts=2,
        slot=3,
        slots=16,
        allowed_c=5_000_000,
        units_max=10_000,
        not_before=NOW,
        until=NOW + timedelta(days=14),
        made_at=NOW + timedelta(microseconds=250),
        test=True,
        ephemeral=bytes(32),
        meters=(meter, replace(meter, drn="600727000000000009", ea="07", sealed=bytes(24))),
    )


def pack() -> Pack:
    customer = Customer(
        installation="NIU-1",
        drn="07000000013",
        serial="PPKW 0001",
        name="Yolanda Ibargüen",
        place="Barrio Abajo",
        estrato=None,
        tariff="ZNI-E1",
        month="2026-03",
        bought_units=120,
        residue_mc=33,
        obligations=[{"id": "aseo", "rule": {"quota_c": 1000}}],
        conservative=True,
    )
    return Pack(
        pack_id=uuid(5),
        number=1,
        terminal_id=TERMINAL,
        made_at=NOW,
        valid_from=NOW,
        valid_until=NOW + timedelta(days=14),
        provider=Provider("Energía del Sanquianga", "900123456-7", "Reclamos: 321", ("Vigilada",)),
        point_of_sale=PointOfSale("SAT", "Tienda de Satinga", "Olaya Herrera"),
        tariffs=({"code": "ZNI-E1", "version": 1},),
        customers=(customer, replace(customer, installation="NIU-2", estrato=1)),
        operators=(Operator("ana", "Ana Díaz", bytes(16), bytes(32), 14),),
        leases=(lease().seal(PUBLIC, sign),),
        limits=Limits(50_000_000, 5_000, 100_000, 20_000_000, 500_000),
        settled=Settled(0, genesis(TERMINAL)),
        deposits=(PackDeposit(uuid(6), 1_000_000, NOW),),
        test=True,
    )


def batch(sales: int = 3) -> Batch:
    return Batch(uuid(8), TERMINAL, NOW, 1, chain(sales), CounterReading(sales, 1_000_000 * sales))
