"""The pack: all that a terminal needs to sell without a link; signed by the office."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from protocols.offline.kinds import Flag, Identifier, Instant, Integer, Kind, Many, Octets, Opaque, Optional
from protocols.offline.messages.base import Enclosed, Inner, Message, Part
from protocols.offline.schema import (
    CODE,
    CUSTOMERS_MAX,
    DRN,
    HASH,
    LEASES_MAX,
    MONEY_C,
    MONTH,
    NAME,
    PEOPLE_TEXT,
    RESIDUE_MC,
    UNITS,
    USERNAME,
)

LEASE_OCTETS_MAX = 100_000
OPERATORS_MAX = 100
TARIFFS_MAX = 100
DEPOSITS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Provider(Part):
    """Who sells, as the ticket says it.

    Attributes:
        name, nit: of the provider.
        contact: where to complain, or empty.
        ticket_lines: what else a ticket says at its end.
    """

    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "name": NAME,
        "nit": CODE,
        "contact": PEOPLE_TEXT,
        "ticket_lines": Many(PEOPLE_TEXT, most=20),
    }

    name: str
    nit: str
    contact: str = ""
    ticket_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PointOfSale(Part):
    """Where the terminal sells: code (its sales' numbers begin with it), name, place."""

    FIELDS: ClassVar[Mapping[str, Kind]] = {"code": CODE, "name": NAME, "place": PEOPLE_TEXT}

    code: str
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Limits(Part):
    """Bounds of sales.

    Attributes:
        limit_c: the merchant's limit, centavos: how much cash may be with him.
        cash_unit_c: amounts are multiples of it.
        sale_min_c, sale_max_c: the smallest and the largest sale.
        deductions_max_ppm: the largest share of an amount that obligations take.
    """

    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "limit_c": MONEY_C,
        "cash_unit_c": Integer(1, 10**9),
        "sale_min_c": MONEY_C,
        "sale_max_c": MONEY_C,
        "deductions_max_ppm": Integer(0, 1_000_000),
    }

    limit_c: int
    cash_unit_c: int
    sale_min_c: int
    sale_max_c: int
    deductions_max_ppm: int


@dataclass(frozen=True, slots=True)
class Customer(Part):
    """One installation that the terminal may sell to, as the books knew it when the pack was made.

    Attributes:
        installation: its name in the books.
        drn: of its meter.
        serial: of its meter.
        name, place: for people.
        estrato: 1 to 6, or None.
        tariff: code; the versions are `Pack.tariffs`.
        month: calendar month (America/Bogota) that `bought_units` counts, YYYY-MM.
        bought_units: bought in that month, 0.1 kWh.
        residue_mc: left over by former purchases, thousandths of a centavo.
        obligations: JSON of `system.vending.pricing`.
        conservative: others may sell to it meanwhile: price as if the subsistence step were used up where the
            tariff makes that dearer, and flag it (A-10).
    """

    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "installation": CODE,
        "drn": DRN,
        "serial": NAME,
        "name": NAME,
        "place": PEOPLE_TEXT,
        "estrato": Optional(Integer(1, 6)),
        "tariff": CODE,
        "month": MONTH,
        "bought_units": UNITS,
        "residue_mc": RESIDUE_MC,
        "obligations": Opaque("array"),
        "conservative": Flag(),
    }

    installation: str
    drn: str
    serial: str
    name: str
    place: str
    estrato: int | None
    tariff: str
    month: str
    bought_units: int
    residue_mc: int
    obligations: list[Any]
    conservative: bool


@dataclass(frozen=True, slots=True)
class Operator(Part):
    """Who may sell at the terminal; the PIN itself never travels (`protocols.offline.pin`).

    Attributes:
        username, name: of the user.
        salt: 16 octets.
        verifier: 32 octets that scrypt makes of PIN and salt.
        cost: log2 of scrypt's N, with r = 8 and p = 1.
    """

    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "username": USERNAME,
        "name": NAME,
        "salt": Octets(16, 16),
        "verifier": Octets(32, 32),
        "cost": Integer(4, 17),
    }

    username: str
    name: str
    salt: bytes
    verifier: bytes
    cost: int


@dataclass(frozen=True, slots=True)
class Settled(Part):
    """The last entry of the terminal's chain that is in the books; number 0 and the genesis hash for none."""

    FIELDS: ClassVar[Mapping[str, Kind]] = {"number": Integer(0), "hash": HASH}

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class PackDeposit(Part):
    """Cash that the office received from this terminal."""

    FIELDS: ClassVar[Mapping[str, Kind]] = {"deposit_id": Identifier(), "amount_c": MONEY_C, "at": Instant()}

    deposit_id: UUID
    amount_c: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Pack(Message):
    """All that a terminal needs.

    Attributes:
        pack_id, number: the number counts up from 1 for each terminal.
        terminal_id: whose it is.
        made_at: when.
        valid_from, valid_until: when the terminal may sell by it.
        provider, point_of_sale, limits: see their types.
        tariffs: versions, JSON of `system.vending.pricing`.
        customers, operators: see their types.
        leases: messages of the security module.
        settled: what the books have of the terminal's chain.
        deposits: since the pack before, or all: the terminal shows them.
        test: made with test keys: tickets say PRUEBA.
    """

    KIND: ClassVar[str] = "pack"
    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "pack_id": Identifier(),
        "number": Integer(1),
        "terminal_id": Identifier(),
        "made_at": Instant(),
        "valid_from": Instant(),
        "valid_until": Instant(),
        "provider": Inner(Provider),
        "point_of_sale": Inner(PointOfSale),
        "tariffs": Many(Opaque(), most=TARIFFS_MAX),
        "customers": Many(Inner(Customer), most=CUSTOMERS_MAX),
        "operators": Many(Inner(Operator), most=OPERATORS_MAX),
        "leases": Many(Enclosed(LEASE_OCTETS_MAX), most=LEASES_MAX),
        "limits": Inner(Limits),
        "settled": Inner(Settled),
        "deposits": Many(Inner(PackDeposit), most=DEPOSITS_MAX),
        "test": Flag(),
    }

    pack_id: UUID
    number: int
    terminal_id: UUID
    made_at: datetime
    valid_from: datetime
    valid_until: datetime
    provider: Provider
    point_of_sale: PointOfSale
    tariffs: tuple[dict[str, Any], ...]
    customers: tuple[Customer, ...]
    operators: tuple[Operator, ...]
    leases: tuple[bytes, ...]
    limits: Limits
    settled: Settled
    deposits: tuple[PackDeposit, ...]
    test: bool
