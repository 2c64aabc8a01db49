"""A terminal on paper: keys, a chain, prices by its pack.

Tokens are digits that say units and TID, so that no module is asked; `FakeModule` reads them back.
"""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.offline.chain import Entry, follow, genesis
from protocols.offline.envelope import seal
from protocols.offline.messages import Batch, CounterReading, Enrolment, Pack
from protocols.sts.amounts import decode_amount, encode_amount
from system.config.clock import business_day
from system.security_module.errors import UnableToReachModule
from system.vending.pricing import ObligationKind, Quote, SaleInputs, in_force, price_sale
from system.vending.pricing.serialization import obligation_from_plain, tariff_from_plain, to_json

START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class FakeModule:
    """What the office asks a security module, without one."""

    def __init__(self) -> None:
        self.down = False
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._key = Ed25519PrivateKey.from_private_bytes(bytes(32))

    def __call__(self) -> "FakeModule":
        return self

    def call(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """A lease that says only who asked for what."""
        if self.down:
            raise UnableToReachModule("down")
        self.asked.append((operation, args))
        body = {"lease_id": str(uuid.uuid5(uuid.NAMESPACE_OID, args["message_id"])), "test": True}
        public = self._key.public_key().public_bytes_raw()
        return {"lease": seal("lease", {**body, **args}, public, self._key.sign).decode()}

    def status(self) -> dict[str, Any]:
        """Its key for leases, once it has made one."""
        if self.down:
            raise UnableToReachModule("down")
        return {"lease_public": self._key.public_key().public_bytes_raw().hex() if self.asked else None}

    def verify(self, meter: dict[str, Any], digits: str) -> dict[str, Any]:
        """Units and TID of digits of `token_digits`; of KRN 9, or of 99…, nothing."""
        if self.down:
            raise UnableToReachModule("down")
        readable = meter["krn"] != 9 and not digits.startswith("99")
        units = decode_amount(encode_amount(int(digits[8:]) % 10_000_000))
        read = {"class": 0, "subclass": 0, "amount_units": units, "tid": int(digits[:8])}
        return {"crc_ok": readable, "test": True, **(read if readable else {"class": 3})}


def token_digits(units: int, tid: int) -> str:
    """Twenty digits that `FakeModule` understands."""
    return f"{tid:08d}{units:012d}"


@dataclass
class _Known:
    """A customer as the terminal goes on with him."""

    tariff: str
    month: str
    bought_units: int
    residue_mc: int
    obligations: list[dict[str, Any]]
    taken_c: dict[str, int] = field(default_factory=dict)
    paid_c: dict[str, int] = field(default_factory=dict)


class PaperTerminal:
    """One terminal; `seed` makes its keys and ids."""

    def __init__(self, seed: int = 1) -> None:
        self.id = uuid.UUID(int=(4 << 76) | (8 << 60) | seed)
        self.seed = seed
        self._signing = Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big"))
        self.public = self._signing.public_key().public_bytes_raw()
        self.entries: list[Entry] = []
        self.sequence = self.spent_c = self.batches = 0
        self.now = START
        self.shift_id: uuid.UUID | None = None
        self.operator = ""
        self.pack: Pack | None = None
        self.customers: dict[str, _Known] = {}

    def sign(self, data: bytes) -> bytes:
        """As its secure counter does."""
        return self._signing.sign(data)

    # ------------------------------------------------------------ messages

    def enrolment(self) -> bytes:
        made = Enrolment(
            self.id, f"S-{self.seed}", f"Datáfono {self.seed}", self.public, bytes(31) + b"\x09", START
        )
        return made.seal(self.public, self.sign)

    def batch(self, first: int = 1, last: int | None = None, **other: Any) -> bytes:
        """A batch of some of its entries, by number."""
        self.batches += 1
        entries = tuple(self.entries[first - 1 : last])
        counter = other.pop("counter", None) or self._counter_at(last)
        said = {
            "batch_id": uuid.uuid5(self.id, f"batch-{self.batches}"),
            "terminal_id": self.id,
            "made_at": self.now,
            "pack_number": self.pack.number if self.pack else 0,
            "entries": entries,
            "counter": counter,
        }
        return Batch(**{**said, **other}).seal(self.public, self.sign)

    def _counter_at(self, last: int | None) -> CounterReading:
        """Where its secure counter stood when that entry was the last."""
        sold = [entry.content for entry in self.entries[:last] if entry.kind == "sale"]
        if last is None or not sold:
            return CounterReading(self.sequence if last is None else 0, self.spent_c if last is None else 0)
        return CounterReading(sold[-1]["sequence"], sold[-1]["spent_c"])

    def load(self, data: bytes, office_public: bytes) -> Pack:
        """Take a pack; sales that it does not know of yet are applied again."""
        self.pack = Pack.open(data, office_public)
        self.customers = {
            one.drn: _Known(one.tariff, one.month, one.bought_units, one.residue_mc, list(one.obligations))
            for one in self.pack.customers
        }
        self.write("pack-loaded", pack_id=self.pack.pack_id, number=self.pack.number)
        return self.pack

    # ------------------------------------------------------------ the chain

    def write(self, kind: str, **content: Any) -> Entry:
        last = self.entries[-1] if self.entries else None
        number, hashed = (last.number, last.hash) if last else (0, genesis(self.id))
        entry = follow(number, hashed, kind, self.now, content)
        self.entries.append(entry)
        return entry

    def open_shift(self, operator: str) -> uuid.UUID:
        self.operator = operator
        self.shift_id = uuid.uuid5(self.id, f"shift-{len(self.entries)}")
        self.write("shift-opened", shift_id=self.shift_id, operator=operator)
        return self.shift_id

    def close_shift(self, counted_c: int, sold_c: int, sales: int) -> None:
        self.write("shift-closed", shift_id=self.shift_id, counted_c=counted_c, sold_c=sold_c, sales=sales)

    def quote(self, drn: str, amount_c: int) -> Quote:
        """Price by the pack and by what it sold since."""
        assert self.pack is not None
        known, day = self.customers[drn], business_day(self.now)
        if known.month != f"{day:%Y-%m}":
            known.month, known.bought_units, known.taken_c = f"{day:%Y-%m}", 0, {}
            for one in known.obligations:
                one["obligation"]["rule"]["taken_c"] = 0
        versions = tuple(t for t in map(tariff_from_plain, self.pack.tariffs) if t.code == known.tariff)
        obligations = tuple(_obligation(one, known) for one in known.obligations if _due(one, day))
        return price_sale(
            SaleInputs(
                amount_c, day, in_force(versions, day), known.bought_units, known.residue_mc, obligations
            )
        )

    def sell(self, drn: str, amount_c: int, /, **other: Any) -> dict[str, Any]:
        """Sell a minute later, and remember; `other` replaces what the entry says."""
        assert self.pack is not None
        self.now += MINUTE
        quote = self.quote(drn, amount_c)
        known = self.customers[drn]
        known.bought_units += quote.units
        known.residue_mc = quote.residue_mc
        for line in quote.lines:
            if line.obligation_id:
                for kept in (known.taken_c, known.paid_c):
                    kept[line.obligation_id] = kept.get(line.obligation_id, 0) + line.amount_c
        self.sequence += 1
        self.spent_c += amount_c
        tid = self.sequence * 16 + self.seed
        said = {
            "sale_id": uuid.uuid5(self.id, f"sale-{self.sequence}-{len(self.entries)}"),
            "number": f"{self.pack.point_of_sale.code}-{self.sequence:06d}",
            "installation": next(one.installation for one in self.pack.customers if one.drn == drn),
            "drn": drn,
            "operator": self.operator,
            "shift_id": self.shift_id or uuid.UUID(int=5),
            "inputs": json.loads(to_json(quote.inputs)),
            "amount_c": amount_c,
            "units": quote.units,
            "energy_c": quote.energy_c,
            "deducted_c": quote.deducted_c,
            "residue_mc": quote.residue_mc,
            "subsidy_mc": quote.subsidy_mc,
            "tokens": [{"digits": token_digits(quote.units, tid), "tid": tid, "role": "credit"}],
            "sequence": self.sequence,
            "spent_c": self.spent_c,
            "lease_id": self._lease_id(),
            "flags": [],
        }
        said |= other
        self.write("sale", **said)
        return said

    def _lease_id(self) -> uuid.UUID:
        assert self.pack is not None
        return uuid.UUID(json.loads(self.pack.leases[0])["body"]["lease_id"])


def _due(one: dict[str, Any], day: date) -> bool:
    return one["starts_on"] <= day.isoformat() and (
        one["ends_on"] is None or one["ends_on"] >= day.isoformat()
    )


def _obligation(one: dict[str, Any], known: _Known) -> Any:
    plain = json.loads(json.dumps(one["obligation"]))
    key = plain["id"]
    if one["monthly"]:
        plain["rule"]["taken_c"] += known.taken_c.get(key, 0)
    if plain["kind"] != ObligationKind.LEVY:
        plain["outstanding_c"] -= known.paid_c.get(key, 0)
    return obligation_from_plain(plain)
