"""The words of the messages: kinds that several of them use, and the contents of a chain's entries.

The fields of a message stand beside its type in `messages`; this is what they are made of.
"""

from collections.abc import Mapping

from protocols.offline.kinds import (
    Choice,
    Flag,
    Identifier,
    Instant,
    Integer,
    Kind,
    Many,
    Opaque,
    Record,
    Text,
)
from protocols.sts.identity import KEN_RANGE, KRN_RANGE, TI_RANGE

CUSTOMERS_MAX = 5_000
ENTRIES_MAX = 20_000
LEASE_METERS_MAX = 100
LEASES_MAX = CUSTOMERS_MAX // 50
"""A pack may bring leases that are not full."""

MONEY_C_MAX = 10**15
"""Centavos: ten million million pesos."""

SLOTS = 16
"""Classes of minutes that TIDs are dealt in: 0 is on line, 1 to 15 are terminals."""

NAME = Text(200, least=1)
CODE = Text(64, pattern=r"[A-Za-z0-9._:/-]+", least=1)
USERNAME = Text(150, least=1)
NUMBER = Text(40, pattern=r"[A-Za-z0-9._-]+", least=1)
DRN = Text(18, pattern=r"\d{11}|\d{13}|\d{18}", least=11)
MONTH = Text(7, pattern=r"\d{4}-(0[1-9]|1[0-2])", least=7)
HASH = Text(64, pattern=r"[0-9a-f]{64}", least=64)
MONEY_C = Integer(0, MONEY_C_MAX)
RESIDUE_MC = Integer(-MONEY_C_MAX, MONEY_C_MAX)
UNITS = Integer(0, 10**9)
TID = Integer(0, (1 << 24) - 1)

TOKEN: Mapping[str, Kind] = {
    "digits": Text(20, pattern=r"\d{20}", least=20),
    "tid": TID,
    "role": Choice(("credit",)),
}

ENTRIES: Mapping[str, Record] = {
    "pack-loaded": Record({"pack_id": Identifier(), "number": Integer(1)}),
    "shift-opened": Record({"shift_id": Identifier(), "operator": USERNAME}),
    "shift-closed": Record(
        {"shift_id": Identifier(), "counted_c": MONEY_C, "sold_c": MONEY_C, "sales": Integer(0, ENTRIES_MAX)}
    ),
    "sale": Record(
        {
            "sale_id": Identifier(),
            "number": NUMBER,  # as it is printed
            "installation": CODE,
            "drn": DRN,
            "operator": USERNAME,
            "shift_id": Identifier(),
            "inputs": Opaque(),  # json.loads of what system.vending.pricing.serialization writes
            "amount_c": MONEY_C,
            "units": UNITS,
            "energy_c": MONEY_C,
            "deducted_c": MONEY_C,
            "residue_mc": RESIDUE_MC,
            "subsidy_mc": RESIDUE_MC,
            "tokens": Many(Record(TOKEN), most=8, least=1),
            "sequence": Integer(1),  # of the counter
            "spent_c": MONEY_C,  # of the counter, with this sale
            "lease_id": Identifier(),
            "flags": Many(Text(40, pattern=r"[a-z][a-z-]*", least=1), most=8),
        }
    ),
    "print": Record({"sale_id": Identifier(), "copy": Integer(1, 1000)}),
}
"""Kind of an entry -> the fields of its content."""

METER: Mapping[str, Kind] = {
    "drn": DRN,
    "ea": Choice(("07", "11")),
    "tct": Integer(1, 99),
    "sgc": Text(6, pattern=r"\d{6}", least=6),
    "krn": Integer(*KRN_RANGE),
    "ti": Integer(*TI_RANGE),
    "key_type": Integer(0, 3),
    "ken": Integer(*KEN_RANGE),
    "base_date": Integer(1993, 2035),
    "tid_above": Integer(-1, (1 << 24) - 1),
}
"""A meter in a lease, without its key: what the key is bound to."""

PEOPLE_TEXT = Text(400)
TEST = Flag()
WHEN = Instant()
