"""The messages of off-line sale as frozen values: `to_body`, `from_body`, `seal`, `open`.

* `enrolment`: terminal → office, once;
* `office_keys`: office → terminal, once;
* `lease`: security module → the terminal's secure counter, inside a pack;
* `pack`: office → terminal, before each trip;
* `batch`: terminal → office, after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from protocols.offline.chain import Entry
from protocols.offline.envelope import PUBLIC_OCTETS, peek
from protocols.offline.kinds import (
    Flag,
    Identifier,
    Instant,
    Integer,
    Kind,
    Many,
    Octets,
    Opaque,
    Optional,
    Record,
    Schema,
)
from protocols.offline.schema import (
    CODE,
    CUSTOMERS_MAX,
    DRN,
    ENTRIES,
    ENTRIES_MAX,
    HASH,
    LEASE_METERS_MAX,
    LEASES_MAX,
    METER,
    MONEY_C,
    MONTH,
    NAME,
    PEOPLE_TEXT,
    RESIDUE_MC,
    SLOTS,
    UNITS,
    USERNAME,
)
from protocols.offline.signed_message import Enclosed, Inner, Message, Part

# The batch: what happened at a terminal; signed by it.


@dataclass(frozen=True, slots=True)
class CounterReading(Part):
    """Where the secure counter stands: tokens minted in its life, and centavos."""

    FIELDS: ClassVar[Mapping[str, Kind]] = {"sequence": Integer(0), "spent_c": MONEY_C}

    sequence: int
    spent_c: int


@dataclass(frozen=True, slots=True)
class _EntryKind:
    """The kind of an entry in a batch: its content fits its kind."""

    def read(self, value: object, where: str) -> Entry:
        """The entry."""
        return Entry.from_body(value, where)

    def write(self, value: Entry) -> object:
        """Its JSON."""
        return value.to_body()

    def schema(self) -> Schema:
        """One object for each kind of entry."""
        common = Record(Entry.FIELDS).schema()
        return {
            "oneOf": [
                {
                    **common,
                    "properties": {
                        **common["properties"],
                        "kind": {"const": name},
                        "content": content.schema(),
                    },
                }
                for name, content in ENTRIES.items()
            ]
        }


@dataclass(frozen=True, slots=True)
class Batch(Message):
    """A stretch of the terminal's chain.

    Attributes:
        batch_id: made by the terminal.
        terminal_id: whose chain it is.
        made_at: when, by the terminal's clock.
        pack_number: of the pack that it sells by; 0 for none yet.
        entries: one after the other.
        counter: where the secure counter stands.
    """

    KIND: ClassVar[str] = "batch"
    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "batch_id": Identifier(),
        "terminal_id": Identifier(),
        "made_at": Instant(),
        "pack_number": Integer(0),
        "entries": Many(_EntryKind(), most=ENTRIES_MAX),
        "counter": Inner(CounterReading),
    }

    batch_id: UUID
    terminal_id: UUID
    made_at: datetime
    pack_number: int
    entries: tuple[Entry, ...]
    counter: CounterReading


# The enrolment of a terminal: the two public keys of its secure counter, signed by itself.


@dataclass(frozen=True, slots=True)
class Enrolment(Message):
    """Enrolment that a new terminal hands to the office.

    Attributes:
        terminal_id: made once with its counter.
        serial: of the apparatus.
        name: as people call it.
        signing_public: Ed25519, 32 octets: signs its batches.
        agreement_public: X25519, 32 octets: decoder keys are wrapped for it.
        made_at: when.
    """

    KIND: ClassVar[str] = "enrolment"
    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "terminal_id": Identifier(),
        "serial": NAME,
        "name": NAME,
        "signing_public": Octets(PUBLIC_OCTETS, PUBLIC_OCTETS),
        "agreement_public": Octets(PUBLIC_OCTETS, PUBLIC_OCTETS),
        "made_at": Instant(),
    }

    terminal_id: UUID
    serial: str
    name: str
    signing_public: bytes
    agreement_public: bytes
    made_at: datetime


def open_enrolment(data: bytes) -> Enrolment:
    """Read an enrolment; its signature proves that the file is whole, and a person that it is the right one.

    Raises:
        OfflineError: see `envelope.open_envelope`, and a field that does not fit.
    """
    claimed = Enrolment.from_body(peek(data).body)
    return Enrolment.open(data, claimed.signing_public)


# The lease: time, amount and meters for which a terminal may mint; signed by the security module.

SEALED_OCTETS = range(24, 33)
"""A decoder key of 8 to 16 octets with its tag of 16."""


@dataclass(frozen=True, slots=True)
class LeasedMeter(Part):
    """A meter that the terminal may mint for, with its wrapped decoder key.

    Attributes:
        drn: as the office names it: 11, 13 or 18 digits.
        ea: encryption algorithm, "07" or "11".
        tct: token carrier type.
        sgc, krn, ti, key_type, ken: of the key that the meter holds.
        base_date: from which its TIDs count, 1993, 2014 or 2035.
        tid_above: the module gave it this TID and perhaps those before; the terminal takes later ones only.
        sealed: the decoder key, see `protocols.offline.wrapping`.
    """

    FIELDS: ClassVar[Mapping[str, Kind]] = {**METER, "sealed": Octets(SEALED_OCTETS[0], SEALED_OCTETS[-1])}

    drn: str
    ea: str
    tct: int
    sgc: str
    krn: int
    ti: int
    key_type: int
    ken: int
    base_date: int
    tid_above: int
    sealed: bytes

    def identity(self) -> dict[str, Any]:
        """The fields that the wrapped key is bound to: all but itself."""
        fields: dict[str, Any] = Record(METER).write(self)
        return fields


@dataclass(frozen=True, slots=True)
class Lease(Message):
    """Lease under which a secure counter mints.

    Attributes:
        lease_id: made by the module.
        terminal_id: whose it is.
        part, parts: which of how many that were asked for together, from 1.
        slot, slots: the terminal takes minutes whose TID modulo `slots` is `slot`.
        allowed_c: how much money it may have sold in its whole life, centavos: limit and deposits together.
        units_max: the most units (0.1 kWh) in one token.
        not_before, until: from when and before when it mints; UTC.
        made_at: by the module's clock: of two leases the later one holds.
        test: minted under published test keys.
        ephemeral: X25519 public key that the decoder keys are wrapped with.
        meters: at most 100.
    """

    KIND: ClassVar[str] = "lease"
    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "lease_id": Identifier(),
        "terminal_id": Identifier(),
        "part": Integer(1, LEASES_MAX),
        "parts": Integer(1, LEASES_MAX),
        "slot": Integer(1, SLOTS - 1),
        "slots": Integer(SLOTS, SLOTS),
        "allowed_c": MONEY_C,
        "units_max": UNITS,
        "not_before": Instant(),
        "until": Instant(),
        "made_at": Instant(),
        "test": Flag(),
        "ephemeral": Octets(PUBLIC_OCTETS, PUBLIC_OCTETS),
        "meters": Many(Inner(LeasedMeter), most=LEASE_METERS_MAX, least=1),
    }

    lease_id: UUID
    terminal_id: UUID
    part: int
    parts: int
    slot: int
    slots: int
    allowed_c: int
    units_max: int
    not_before: datetime
    until: datetime
    made_at: datetime
    test: bool
    ephemeral: bytes
    meters: tuple[LeasedMeter, ...]


# The office's keys: the two that a terminal pins before its first pack.


@dataclass(frozen=True, slots=True)
class OfficeKeys(Message):
    """Keys that an office hands to a new terminal.

    Attributes:
        name: of the provider.
        office_public: Ed25519, 32 octets: signs packs.
        module_public: Ed25519, 32 octets: signs leases.
        made_at: when.
    """

    KIND: ClassVar[str] = "office-keys"
    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "name": NAME,
        "office_public": Octets(PUBLIC_OCTETS, PUBLIC_OCTETS),
        "module_public": Octets(PUBLIC_OCTETS, PUBLIC_OCTETS),
        "made_at": Instant(),
    }

    name: str
    office_public: bytes
    module_public: bytes
    made_at: datetime


def open_office_keys(data: bytes) -> OfficeKeys:
    """Read an office's keys; the signature proves that the file is whole; a person says whose it is.

    Raises:
        OfflineError: see `envelope.open_envelope`, and a field that does not fit.
    """
    claimed = OfficeKeys.from_body(peek(data).body)
    return OfficeKeys.open(data, claimed.office_public)


# The pack: all that a terminal needs to sell without a link; signed by the office.

LEASE_OCTETS_MAX = 100_000
OPERATORS_MAX = 100
TARIFFS_MAX = 100
DEPOSITS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Provider(Part):
    """Provider, as the ticket names it.

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
    """Operator who may sell at the terminal; the PIN itself never travels (`protocols.offline.pin`).

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


MESSAGES: tuple[type[Message], ...] = (Enrolment, OfficeKeys, Lease, Pack, Batch)
"""Every message, in the order in which a terminal meets them."""
