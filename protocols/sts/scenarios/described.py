"""Making a meter from the ``meter`` object of a scenario.

==================  ====================================================================================
name                meaning; what holds where it is left out
==================  ====================================================================================
pan, meter_pan, drn which meter; one of them is needed. The manufacturer code is the DRN's first digits
decoder_key         hexadecimal; else it is derived from vending_key, dkga (04) and the attributes
ea                  07 or 11; by the length of decoder_key, else 11
kt, key_type        0 to 3 or a name; DUTK
sgc, krn, ti, ken   000000, 1, 1, 255
base_date           1993, 2014 or 2035; 2014
tid_store           see `tids`; 50 zeros
credit_units        in the register at the start; 0
capacity_units      what the register holds; 2^31
carriers, tct       token carrier types; numeric, virtual and DLMS
commodity           electricity, water, gas, time, with or without the word currency; electricity
functions           list of "class/subclass", in place of what commodity says
lock_out            true, or an object of wrong_entries, first_s, longest_s; off
==================  ====================================================================================
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from protocols.sts.acceptance.key_types import DLMS, MAGNETIC_CARD, NUMERIC, PPKW_CARRIERS, VIRTUAL
from protocols.sts.acceptance.lock_out import LockOut, LockOutTerms
from protocols.sts.acceptance.process import TokenAcceptance
from protocols.sts.acceptance.register import KeyRegister
from protocols.sts.acceptance.rules import ELECTRICITY_FUNCTIONS, AcceptanceRules
from protocols.sts.acceptance.tid_store import TID_STORE_CAPACITY, TidStore
from protocols.sts.errors import StsValueError
from protocols.sts.identity.base_date import BaseDate
from protocols.sts.identity.key_attributes import KeyType
from protocols.sts.identity.token_identifier import TokenIdentifier
from protocols.sts.keys.derivation import DEFAULT_DKGA, DEFAULT_EA
from protocols.sts.keys.values import KEY_BYTES_BY_EA, DecoderKey
from protocols.sts.scenarios.credit_register import CAPACITY_UNITS, CreditRegister
from protocols.sts.vectors import inputs as read
from protocols.sts.vectors.keys import decoder_key

Described = Mapping[str, Any]

_SYNONYMS = {"pan": "meter_pan", "kt": "key_type", "tct": "carriers"}
_DEFAULTS: dict[str, Any] = {
    "dkga": DEFAULT_DKGA,
    "key_type": int(KeyType.DUTK),
    "sgc": "000000",
    "krn": 1,
    "ti": 1,
    "ken": 255,
    "base_date": int(BaseDate.Y2014),
}
_CARRIER_NAMES = {"magnetic": MAGNETIC_CARD, "numeric": NUMERIC, "virtual": VIRTUAL, "dlms": DLMS}
_COMMODITIES = ("electricity", "water", "gas", "time")
_STORE_MAX = 10_000
_ENTRIES = re.compile(r"(\d+)[ -]*(?:entries|entry|places|entradas)")
_RANGE = re.compile(r"(\d+)\s*(?:\.\.\.?|–|-|to|through|a|hasta)\s*(\d+)")
_NOTHING = re.compile(r"zero|empty|cero|vac[ií]|nothing|none", re.IGNORECASE)


class DescribedMeter:
    """A meter made from a description: its acceptance and its credit register.

    Args:
        acceptance: decodes, checks, remembers TIDs and keys.
        credit: what credit tokens fill.
    """

    __slots__ = ("acceptance", "credit")

    def __init__(self, acceptance: TokenAcceptance, credit: CreditRegister) -> None:
        self.acceptance = acceptance
        self.credit = credit


def describe_meter(described: Described, *, decode_only: bool = False) -> DescribedMeter:
    """Make the meter.

    Args:
        described: the ``meter`` object of a scenario.
        decode_only: also take the withdrawn EA09.

    Raises:
        StsValueError: something is missing or outside its range; one sentence that names it.
    """
    named = {_SYNONYMS.get(name, name): value for name, value in described.items()}
    inputs = {**_DEFAULTS, **{name: value for name, value in named.items() if value is not None}}
    register = KeyRegister(
        decoder_key=_decoder_key(inputs, decode_only=decode_only),
        pan=read.meter_pan(inputs),
        sgc=read.digits(inputs, "sgc", 6),
        key_type=read.key_type(inputs),
        krn=read.whole_number(inputs, "krn"),
        ti=read.whole_number(inputs, "ti"),
        ken=read.whole_number(inputs, "ken"),
        base_date=read.base_date(inputs),
        dkga=read.code(inputs, "dkga"),
    )
    rules = AcceptanceRules(functions=_functions(inputs), carriers=_carriers(inputs))
    acceptance = TokenAcceptance(
        register, tid_store=tids(inputs.get("tid_store")), rules=rules, lock_out=_lock_out(inputs)
    )
    credit, capacity = (
        read.whole_number({name: default, **inputs}, name)
        for name, default in (("credit_units", 0), ("capacity_units", CAPACITY_UNITS))
    )
    return DescribedMeter(acceptance, CreditRegister(credit, capacity))


def tids(described: Any) -> TidStore:
    """Make a TID store from its description.

    Forms: nothing, or words with "zero" or "empty"; a list of TIDs; an object of `capacity` and `tids`; text
    such as "50 entries, 8416081 to 8416130" with single TIDs and ranges. Places left over hold zero.

    Raises:
        StsValueError: the text says nothing about TIDs, or there are more of them than places.
    """
    capacity, found = TID_STORE_CAPACITY, described
    if isinstance(described, Mapping):
        capacity = read.whole_number({"capacity": TID_STORE_CAPACITY, **described}, "capacity")
        found = described.get("tids", [])
    elif isinstance(described, str):
        capacity, found = _tids_in_words(described)
    if found is None:
        found = []
    if not isinstance(found, list) or not 1 <= capacity <= _STORE_MAX:
        shown = str(described)[:60]
        raise StsValueError(f"tid_store is words, a list of TIDs, or capacity and tids, not {shown}")
    values = [read.whole_number({"tid": tid}, "tid") for tid in found]
    for value in values:
        TokenIdentifier(value, BaseDate.Y2014)  # only its range is looked at
    if len(values) > capacity:
        raise StsValueError(f"a TID store of {capacity} places cannot hold {len(values)} TIDs")
    store = TidStore(capacity)
    store.restore([0] * (capacity - len(values)) + values)
    return store


def _tids_in_words(text: str) -> tuple[int, list[int]]:
    """Capacity and TIDs of a description in words."""
    entries = _ENTRIES.search(text)
    capacity = min(int(entries[1][:9]), _STORE_MAX + 1) if entries else TID_STORE_CAPACITY
    rest = _ENTRIES.sub(" ", text)
    found: list[int] = []
    for first, last in _RANGE.findall(rest):
        if not 0 <= int(last[:9]) - int(first[:9]) < _STORE_MAX:
            raise StsValueError(f"tid_store has a range that makes no sense: {first} to {last}")
        found += range(int(first[:9]), int(last[:9]) + 1)
    found += [int(number[:9]) for number in re.findall(r"\d+", _RANGE.sub(" ", rest))]
    if not found and not _NOTHING.search(text):
        raise StsValueError(f"tid_store says nothing about TIDs: {text[:60]!r}")
    return capacity, found


def _decoder_key(inputs: Described, *, decode_only: bool) -> DecoderKey:
    """The key as given, else derived. Never quoted in a message."""
    given = inputs.get("decoder_key")
    if given is None:
        return decoder_key({"ea": DEFAULT_EA, **inputs}, decode_only=decode_only)
    try:
        value = bytes.fromhex(given.strip().lower().removeprefix("0x"))
    except (AttributeError, ValueError):
        raise StsValueError("the decoder key must be hexadecimal text") from None
    by_length = {KEY_BYTES_BY_EA[ea]: ea for ea in ("07", "11")}
    ea = read.code(inputs, "ea") if inputs.get("ea") is not None else by_length.get(len(value), DEFAULT_EA)
    return DecoderKey(value, ea, decode_only)


def _functions(inputs: Described) -> frozenset[tuple[int, int]]:
    listed = inputs.get("functions")
    if isinstance(listed, list):
        return frozenset(map(_function, listed))
    words = str(inputs.get("commodity", "electricity")).lower()
    kinds = [place for place, name in enumerate(_COMMODITIES) if name in words] or [0]
    offset = 4 if "currency" in words else 0
    return ELECTRICITY_FUNCTIONS - {(0, 0)} | {(0, kind + offset) for kind in kinds}


def _function(listed: Any) -> tuple[int, int]:
    parts = listed.split("/") if isinstance(listed, str) else listed
    if isinstance(parts, list) and len(parts) == 2:
        token_class, subclass = (read.whole_number({"functions": part}, "functions") for part in parts)
        if 0 <= token_class < 4 and 0 <= subclass < 16:
            return token_class, subclass
    raise StsValueError(f'functions are written "class/subclass" such as "2/10", not {str(listed)[:40]}')


def _carriers(inputs: Described) -> frozenset[int]:
    given = inputs.get("carriers")
    if given is None:
        return PPKW_CARRIERS
    return frozenset(map(_carrier, given if isinstance(given, list) else [given]))


def _carrier(given: Any) -> int:
    named = next((code for name, code in _CARRIER_NAMES.items() if name in str(given).lower()), None)
    return read.whole_number({"carriers": given}, "carriers") if named is None else named


def _lock_out(inputs: Described) -> LockOut | None:
    given = inputs.get("lock_out")
    if not given or given == "off":
        return None
    if not isinstance(given, Mapping):
        return LockOut()
    names = [field.name for field in fields(LockOutTerms) if field.name in given]
    return LockOut(LockOutTerms(**{name: read.whole_number(given, name) for name in names}))
