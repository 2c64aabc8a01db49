"""A terminal that can sell, and an office on paper that makes its packs; leases are of test keys."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from counter_leases import MODULE_PUBLIC, decoder_key_of, drn_of, lease_for
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.offline import genesis
from protocols.offline.messages import (
    Customer,
    Limits,
    OfficeKeys,
    Operator,
    Pack,
    PointOfSale,
    Provider,
    Settled,
)
from protocols.offline.pin import verifier
from protocols.sts.token import decode_token
from system.config.clock import FixedBusinessClock
from system.terminal import open_terminal, services
from system.terminal.open_terminal import OpenTerminal
from system.terminal.services import Order, Sold
from system.terminal.services.office import read_office
from system.vending.pricing import Obligation, Step, Tariff
from system.vending.pricing.serialization import obligation_to_plain, tariff_to_plain

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
PASSPHRASE = "solo para pruebas"
PIN = "4711"
SALT = bytes(range(16))
COST = 4
TERMINAL = UUID("7d0f6c1a-52c5-4c39-8a70-0e7a5f3b9c11")

TARIFF = Tariff(
    "ZNI-E1",
    1,
    date(2026, 1, 1),
    (Step("subsistencia", 3_271_300, 1730), Step("complementario", 8_000_000)),
    11_000_000,
)


def signing_key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def due(obligation: Obligation, *, monthly: bool = False, **other: Any) -> dict[str, Any]:
    """An obligation as a pack tells it."""
    plain = {
        "obligation": obligation_to_plain(obligation),
        "monthly": monthly,
        "starts_on": "2026-01-01",
        "ends_on": None,
    }
    return {**plain, **other}


def customer(number: int, **other: Any) -> Customer:
    """The customer with the test meter of that number."""
    plain: dict[str, Any] = {
        "installation": f"NIU-{number:04d}",
        "drn": drn_of(number),
        "serial": f"PPKW-{number:05d}",
        "name": f"Yolanda Ibargüen {number}",
        "place": "Barrio Abajo, Satinga",
        "estrato": 1,
        "tariff": "ZNI-E1",
        "month": "2026-11",
        "bought_units": 0,
        "residue_mc": 0,
        "obligations": [],
        "conservative": False,
    }
    return Customer(**{**plain, **other})


@dataclass
class PaperOffice:
    """An office that knows nothing of books: it signs what a test wants it to say."""

    key: Ed25519PrivateKey = field(default_factory=lambda: signing_key(77))
    limit_c: int = 100_000_000
    packs: int = 0

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def keys(self, module_public: bytes = MODULE_PUBLIC) -> bytes:
        return OfficeKeys("Energía del Pacífico", self.public, module_public, NOW).seal(
            self.public, self.key.sign
        )

    def pack(
        self,
        desk: OpenTerminal,
        customers: tuple[Customer, ...] = (),
        *,
        now: datetime | None = None,
        days: int = 15,
        allowed_c: int | None = None,
        lease: dict[str, Any] | None = None,
        **other: Any,
    ) -> Pack:
        """The next pack; `other` replaces its fields, `lease` those of its lease."""
        now = now or desk.now()
        self.packs += 1
        customers = customers or (customer(1), customer(2), customer(3))
        until = now + timedelta(days=days)
        terms: dict[str, Any] = {
            "now": now,
            "until": until + timedelta(days=3),
            "allowed_c": self.limit_c if allowed_c is None else allowed_c,
            "units_max": 100_000,
            "not_before": now - timedelta(minutes=10),
            **(lease or {}),
        }
        drns = [one.drn for one in customers]
        parts = [drns[place : place + 100] for place in range(0, len(drns), 100)]
        plain: dict[str, Any] = {
            "pack_id": uuid4(),
            "number": self.packs,
            "terminal_id": desk.book.terminal_id,
            "made_at": now,
            "valid_from": now - timedelta(minutes=10),
            "valid_until": until,
            "provider": Provider("Energía del Pacífico", "900.123.456-7".replace(".", ""), "018000 123456"),
            "point_of_sale": PointOfSale("T1", "Tienda La Esperanza", "Satinga"),
            "tariffs": (tariff_to_plain(TARIFF),),
            "customers": customers,
            "operators": (
                Operator("ana", "Ana Ñáñez", SALT, verifier(PIN, SALT, COST), COST),
                Operator("beto", "Beto Cuero", SALT, verifier("1234", SALT, COST), COST),
            ),
            "leases": tuple(lease_for(desk.counter, part, **terms) for part in parts),
            "limits": Limits(self.limit_c, 5_000, 10_000, 100_000_000, 1_000_000),
            "settled": Settled(0, genesis(desk.book.terminal_id)),
            "deposits": (),
            "test": True,
        }
        return Pack(**{**plain, **other})

    def seal(self, pack: Pack) -> bytes:
        return pack.seal(self.public, self.key.sign)

    def next_pack(self, desk: OpenTerminal, *args: Any, **other: Any) -> bytes:
        return self.seal(self.pack(desk, *args, **other))


@dataclass
class World:
    """A terminal in a folder, its clock and its office."""

    folder: Path
    clock: FixedBusinessClock
    office: PaperOffice
    desk: OpenTerminal

    def pass_time(self, **how: float) -> None:
        self.clock.instant += timedelta(**how)

    def reopen(self) -> OpenTerminal:
        self.desk.close()
        self.desk = OpenTerminal.open(self.folder, PASSPHRASE, self.clock)
        return self.desk

    def ready(self, *customers: Customer, operator: str = "ana", **other: Any) -> "World":
        """Knows its office, has a pack, and a shift is open."""
        self.admit()
        services.load_pack(self.desk, self.office.next_pack(self.desk, customers, **other))
        services.open_shift(self.desk, uuid4(), operator)
        return self

    def admit(self) -> None:
        keys = self.office.keys()
        services.admit_office(self.desk, keys, read_office(keys)[1])

    def sell(self, number: int = 1, amount_c: int = 1_000_000, **other: Any) -> Sold:
        """A sale a minute later."""
        self.pass_time(minutes=1)
        plain: dict[str, Any] = {
            "sale_id": uuid4(),
            "installation": f"NIU-{number:04d}",
            "amount_c": amount_c,
            "operator": "ana",
        }
        return services.sell(self.desk, Order(**{**plain, **other}))


def make_world(place: Path, now: datetime = NOW) -> World:
    where = place / "terminal"
    open_terminal.make_terminal(
        where,
        PASSPHRASE,
        open_terminal.TerminalName("SN-1", "Datáfono 1"),
        now,
        terminal_id=TERMINAL,
        cost=10,
    )
    clock = FixedBusinessClock(now)
    return World(where, clock, PaperOffice(), OpenTerminal.open(where, PASSPHRASE, clock))


def read_token(sold: Sold) -> Any:
    """What the meter reads in a token."""
    return decode_token(sold.digits, decoder_key_of(sold.row.content["drn"])).token


def plain_json(data: bytes) -> Any:
    return json.loads(data)
