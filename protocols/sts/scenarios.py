"""Meter scenarios: a described meter takes tokens one after the other, and its answers are compared.

The shape is that of ``meter_scenarios`` in ``conformance/vectors/sts_vectors.json``. The meter is what the
file describes and no more: a single-phase electricity meter with a credit register in token units.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from protocols.sts.acceptance.key_register import (
    DLMS,
    MAGNETIC_CARD,
    NUMERIC,
    PPKW_CARRIERS,
    VIRTUAL,
    KeyRegister,
)
from protocols.sts.acceptance.lock_out import LockOut, LockOutTerms
from protocols.sts.acceptance.process import (
    ELECTRICITY_FUNCTIONS,
    TID_STORE_CAPACITY,
    AcceptanceRules,
    TidStore,
    TokenAcceptance,
)
from protocols.sts.acceptance.results import AuthenticationResult, Outcome, TokenResult, ValidationResult
from protocols.sts.errors import StsValueError
from protocols.sts.identity import BaseDate, KeyType, TokenIdentifier
from protocols.sts.keys import DEFAULT_DKGA, DEFAULT_EA, KEY_BYTES_BY_EA, DecoderKey
from protocols.sts.token.codec import Token
from protocols.sts.token.credit import TransferCredit, TransferCurrencyCredit
from protocols.sts.token.management import ClearCredit
from protocols.sts.token.non_specific_management import InitiateMeterTest
from protocols.sts.vectors import inputs as read
from protocols.sts.vectors.builders import decoder_key

# A credit register as small as a scenario needs, and what tokens do to it.

CAPACITY_UNITS = 1 << 31
"""Usual contents of a register."""

KNOWN_CONTROL_BITS = 0x7FF
"""Control bits of a test token that have a meaning with a source; a test of none of them is no function."""


class CreditRegister:
    """Credit in the unit of the tokens: 0.1 kWh, or 10⁻⁵ of the currency for tokens in money.

    Args:
        units: credit at the start.
        capacity_units: the register overflows above it.
    """

    __slots__ = ("capacity_units", "units")

    def __init__(self, units: int = 0, capacity_units: int = CAPACITY_UNITS) -> None:
        self.units = units
        self.capacity_units = capacity_units

    def apply(self, token: Token) -> TokenResult:
        """Carry out a token that passed every check."""
        if isinstance(token, TransferCredit):
            return self._add(token.amount_units)
        if isinstance(token, TransferCurrencyCredit):
            return self._add(token.amount_1e5)
        if isinstance(token, ClearCredit):
            self.units = 0
        if isinstance(token, InitiateMeterTest) and not token.control & KNOWN_CONTROL_BITS:
            return TokenResult.FUNCTION_ERROR
        return TokenResult.ACCEPT

    def _add(self, amount: int) -> TokenResult:
        if self.units + amount > self.capacity_units:
            return TokenResult.OVERFLOW_ERROR
        self.units += amount
        return TokenResult.ACCEPT


# Making a meter from the ``meter`` object of a scenario.
#
# ==================  ====================================================================================
# name                meaning; what holds where it is left out
# ==================  ====================================================================================
# pan, meter_pan, drn which meter; one of them is needed. The manufacturer code is the DRN's first digits
# decoder_key         hexadecimal; else it is derived from vending_key, dkga (04) and the attributes
# ea                  07 or 11; by the length of decoder_key, else 11
# kt, key_type        0 to 3 or a name; DUTK
# sgc, krn, ti, ken   000000, 1, 1, 255
# base_date           1993, 2014 or 2035; 2014
# tid_store           see `tids`; 50 zeros
# credit_units        in the register at the start; 0
# capacity_units      what the register holds; 2^31
# carriers, tct       token carrier types; numeric, virtual and DLMS
# commodity           electricity, water, gas, time, with or without the word currency; electricity
# functions           list of "class/subclass", in place of what commodity says
# lock_out            true, or an object of wrong_entries, first_s, longest_s; off
# ==================  ====================================================================================

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


# Reading what a step expects: a result by its standard name, or several where the standard leaves a choice.
#
# "Accept or OverflowError, by the size", "FunctionError (or FormatError): reserved", "Accept on a 4-digit
# meter, MfrCodeError/FunctionError on a 2-digit one" each allow several; what stands behind a colon or a
# semicolon, or in brackets that do not begin with "or", is a remark.

RESULT_NAMES = frozenset(
    result.value
    for results in (AuthenticationResult, ValidationResult, TokenResult)
    for result in results
    if result not in (AuthenticationResult.AUTHENTIC, ValidationResult.VALID)
)
"""Every name that a meter can answer with."""

_NAME = re.compile(r"(?<!\w)(" + "|".join(sorted(RESULT_NAMES, key=len, reverse=True)) + r")(?!\w)")
_REMARK = re.compile(r"\((?!\s*or\b)[^)]*\)")
_NEGATED = re.compile(r"\b(?:not|never|no|nor)\s+(?:an?\s+)?\w+Error\b")


def allowed_results(expect: str) -> tuple[str, ...]:
    """Return the names that a step allows, the first one first; empty where it names none.

    >>> allowed_results("CRCError (not UsedError)"), allowed_results("Accept (or OverflowError): by its size")
    (('CRCError',), ('Accept', 'OverflowError'))
    """
    head = re.split(r"[:;]", _REMARK.sub(" ", expect), maxsplit=1)[0]
    found = _NAME.findall(_NEGATED.sub(" ", head)) or _NAME.findall(expect)[:1]
    return tuple(dict.fromkeys(found))


# Running one scenario: enter each token, compare the answer and what the step says of the meter.

ATTRIBUTES: dict[str, tuple[Callable[[Mapping[str, Any]], Any], Callable[[KeyRegister], Any]]] = {
    "new_decoder_key": (
        lambda step: str(step["new_decoder_key"]).strip().lower(),
        lambda register: register.decoder_key.value.hex(),
    ),
    "new_ti": (lambda step: read.whole_number(step, "new_ti"), lambda register: register.ti),
    "new_krn": (lambda step: read.whole_number(step, "new_krn"), lambda register: register.krn),
    "new_ken": (lambda step: read.whole_number(step, "new_ken"), lambda register: register.ken),
    "new_sgc": (lambda step: read.digits(step, "new_sgc", 6), lambda register: register.sgc),
    "new_kt": (
        lambda step: read.key_type({"key_type": step["new_kt"]}),
        lambda register: register.key_type,
    ),
    "new_base_date": (
        lambda step: read.base_date({"base_date": step["new_base_date"]}),
        lambda register: register.base_date,
    ),
}
"""Attributes of the key register that a step may name: how it is read, and what it is compared with."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """One token and what became of it.

    Attributes:
        token: the digits, as the file has them.
        outcome: the meter's answer.
        credit_added_units: what the register gained; 0 for a refusal.
        expect: what the step says, as the file has it.
        allowed: the results that it allows; several where it leaves a choice.
        disagreements: what differs, by the names that the step uses; empty when all agrees.
    """

    token: str
    outcome: Outcome
    credit_added_units: int
    expect: str
    allowed: tuple[str, ...]
    disagreements: tuple[str, ...]

    @property
    def result(self) -> str:
        """The bare standard name."""
        return self.outcome.name

    @property
    def chosen(self) -> bool:
        """True when the step left a choice, which this meter made."""
        return len(self.allowed) > 1


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
    """A scenario and its steps, in order."""

    scenario_id: str
    steps: tuple[StepOutcome, ...]

    @property
    def agrees(self) -> bool:
        """True when no step differs."""
        return not any(step.disagreements for step in self.steps)


def run_scenario(scenario: Mapping[str, Any]) -> ScenarioOutcome:
    """Run the steps of a scenario on the meter that it describes.

    Device time stands still unless a step says `wait_s`, seconds before its token.

    Raises:
        StsValueError: the meter or a step is malformed; one sentence.
    """
    described, steps = scenario.get("meter"), scenario.get("steps")
    if not isinstance(described, Mapping) or not isinstance(steps, list):
        raise StsValueError("a scenario needs an object called meter and a list called steps")
    meter, now_s, done = describe_meter(described), 0.0, []
    for place, step in enumerate(steps, start=1):
        if not isinstance(step, Mapping) or not isinstance(step.get("token"), str):
            raise StsValueError(f"step {place} needs a token as text")
        wait_s = step.get("wait_s", 0)
        if isinstance(wait_s, bool) or not isinstance(wait_s, int | float) or not 0 <= wait_s < 1e9:
            raise StsValueError(f"step {place} has a wait_s that is no time in seconds")
        now_s += wait_s
        done.append(_take(meter, step, now_s))
    return ScenarioOutcome(str(scenario.get("id", "")), tuple(done))


def _take(meter: DescribedMeter, step: Mapping[str, Any], now_s: float) -> StepOutcome:
    before = meter.credit.units
    outcome = meter.acceptance.enter("".join(step["token"].split()), meter.credit.apply, now_s)
    # A token that clears credit adds nothing: what a step states is credit given.
    gives = isinstance(outcome.token, TransferCredit | TransferCurrencyCredit)
    added = meter.credit.units - before if gives else 0
    expect = str(step.get("expect") or "")
    allowed = allowed_results(expect)
    differs = _answer_differs(step, outcome, allowed, added) + _register_differs(meter, step, outcome)
    return StepOutcome(step["token"], outcome, added, expect, allowed, tuple(differs))


def _answer_differs(
    step: Mapping[str, Any], outcome: Outcome, allowed: tuple[str, ...], added: int
) -> list[str]:
    found = [] if outcome.name in allowed or not allowed else ["expect"]
    # Where the answer is a choice, the credit that goes with it belongs to the first of the answers.
    first_choice = not allowed or outcome.name == allowed[0]
    stated = None if step.get("credit_added_units") is None else read.whole_number(step, "credit_added_units")
    if first_choice and stated not in (None, added):
        found.append("credit_added_units")
    return found


def _register_differs(meter: DescribedMeter, step: Mapping[str, Any], outcome: Outcome) -> list[str]:
    if not outcome.accepted:
        return []
    register = meter.acceptance.register
    said = {name: how for name, how in ATTRIBUTES.items() if step.get(name) is not None}
    return [name for name, (stated, present) in said.items() if stated(step) != present(register)]
