"""Test plan of STS 531-1: its key registers, and its steps with the token that must come; its CTSA numbers.

Steps come from the vectors file; registers hold published test keys.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from conformance.vectors import path
from conformance.vending.vending_system import Card, Credit, KeyChange, Management, MeterTest, NewKey, Request
from protocols.sts.amounts import currency_units
from protocols.sts.keys import DecoderKey, derive_decoder_key
from protocols.sts.testkeys import TEST_REGISTERS, TestRegister
from protocols.sts.vectors import mint_key_change, mint_vector

EAS = ("07", "11")
KEY_SECTIONS = (3, 4, 8, 9)
SUITES = frozenset({"STS 531-1-07", "STS 531-1-11", "STS 531-1 (class 1, EA independent)"})

CLASS_1 = "any"
"""The EA of a step that no key protects."""

BEFORE_2035, IN_2035 = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2035, 1, 1, 8, tzinfo=UTC)
"""Key changes carry no time; the clock only has to lie after the base date of the new key."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is asked, when, and the tokens that must come.

    Attributes:
        id: of the vectors file, or of the step of the other algorithm with this one's number.
        number: CTSA01 …
        ea: "07", "11", or `CLASS_1`.
        at: the clock, or None where it does not matter.
        token_class, subclass: of the token, or of the first section of a key change.
        inputs: as in the vectors file.
        tokens: expected, in order.
        published: those of `tokens` that the vectors file has.
    """

    id: str
    number: str
    ea: str
    at: datetime | None
    token_class: int
    subclass: int
    inputs: Mapping[str, Any]
    tokens: tuple[str, ...]
    published: tuple[str, ...]

    @property
    def card(self) -> Card:
        """The meter's card."""
        given = self.inputs
        return Card(
            given["meter_pan"], given["ea"], given["sgc"], given["krn"], int(given["ti"]), given["key_type"]
        )

    @property
    def change(self) -> NewKey | None:
        """Aim of a key change; None in a step that is none."""
        new = self.inputs.get("new")
        return None if new is None else NewKey(new["sgc"], new["krn"], int(new["ti"]), new["key_type"])

    @property
    def request(self) -> Request:
        """Request of the step."""
        given = self.inputs
        if self.token_class == 1:
            return MeterTest(self.subclass, int(given["control_hex"], 16), given["manufacturer_code"])
        if (change := self.change) is not None:
            return KeyChange(self.card, change, bool(given["new"]["three_kct"]))
        if self.token_class == 2:
            return Management(self.card, self.subclass, given["value"])
        return Credit(self.card, self.subclass, amount_of(given))


def amount_of(inputs: Mapping[str, Any]) -> int:
    """The amount of a credit step: token units, or 10⁻⁵ of the base currency."""
    if "amount_base_currency" in inputs:
        return currency_units(inputs["amount_base_currency"])
    return int(inputs["amount_units"])


def steps(number: str, ea: str) -> tuple[Step, ...]:
    """The steps of a case under one algorithm (of class 1: whichever), in the order of the plan."""
    return tuple(step for step in _plan() if step.number == number and step.ea in (ea, CLASS_1))


@cache
def _plan() -> tuple[Step, ...]:
    vectors = json.loads(path("sts_vectors.json").read_text(encoding="utf-8"))["vectors"]
    own = [vector for vector in vectors if vector["suite"] in SUITES]
    found = [*_single(own), *_changes(own)]
    known = {step.id for step in found}
    found += [step for step in map(_other_algorithm, found) if step is not None and step.id not in known]
    return tuple(sorted(found, key=lambda step: _natural(step.id)))


def _single(vectors: list[dict[str, Any]]) -> Iterator[Step]:
    """Steps of one token."""
    for vector in vectors:
        if vector["token_class"] == 2 and vector["token_subclass"] in KEY_SECTIONS:
            continue
        inputs, token = vector["inputs"], vector["token"]
        at = inputs.get("issue_time_utc")
        yield Step(
            vector["id"],
            vector["id"][:6],
            inputs.get("ea", CLASS_1),
            None if at is None else datetime.fromisoformat(at),
            vector["token_class"],
            vector["token_subclass"],
            inputs,
            (token,),
            (token,),
        )


def _changes(vectors: list[dict[str, Any]]) -> Iterator[Step]:
    """Key changes: the sections that the file has, joined by the step that they belong to."""
    sets: dict[str, dict[int, dict[str, Any]]] = {}
    for vector in vectors:
        if "new" in vector["inputs"]:
            name = vector["id"].rpartition(".")[0]
            sets.setdefault(name, {})[vector["token_subclass"]] = vector
    for name, sections in sets.items():
        inputs = next(iter(sections.values()))["inputs"]
        published = {subclass: vector["token"] for subclass, vector in sections.items()}
        yield _change(name, inputs, published)


def _change(name: str, inputs: Mapping[str, Any], published: Mapping[int, str]) -> Step:
    """Sections that the file lacks are computed."""
    tokens = {**mint_key_change(inputs).tokens, **published}
    at = IN_2035 if inputs["new"]["base_date"] == IN_2035.year else BEFORE_2035
    ordered = tuple(tokens[subclass] for subclass in KEY_SECTIONS if subclass in tokens)
    return Step(name, name[:6], inputs["ea"], at, 2, 3, inputs, ordered, tuple(published.values()))


def _other_algorithm(step: Step) -> Step | None:
    """The step under the other EA with computed tokens; None for class 1."""
    if step.ea == CLASS_1:
        return None
    ea = EAS[1 - EAS.index(step.ea)]
    name = step.id.replace(f"EA{step.ea}", f"EA{ea}")
    inputs = {**step.inputs, "ea": ea}
    if step.change is not None:
        # Four sections of a 128-bit key carry the supply group anyway: no flag for a third one.
        inputs["new"] = {**step.inputs["new"], "three_kct": 0 if ea == "11" else inputs["new"]["three_kct"]}
        return _change(name, inputs, {})
    token = mint_vector(step.token_class, step.subclass, inputs).token
    return Step(name, step.number, ea, step.at, step.token_class, step.subclass, inputs, (str(token),), ())


def _natural(name: str) -> tuple[object, ...]:
    """``CTSA10-EA07-step10`` after ``…step9``; a key change before the credit that follows it."""
    head, _, tail = name.partition("step")
    number, _, rest = tail.partition("-")
    return head, int(number) if number.isdigit() else 0, rest


# ---------------- Key registers

PAN_11 = "600727000000000009"
"""Test meter with an 11-digit DRN."""

PAN_13 = "000001000000000082"
"""Test meter with a 13-digit DRN."""

PAN_OTHER = "600727111111111153"
"""The third test meter."""

REGISTERS: dict[tuple[str, int], TestRegister] = {
    (register.sgc, register.krn): register for register in TEST_REGISTERS.values()
}
"""(SGC, KRN) -> register. Registers 8 and 10 are the same key."""

DKGA = "04"


def card(register: int, ea: str, meter: str = PAN_11, ti: int = 1, **more: object) -> Card:
    """A meter under a register of the plan; `more` are other fields of the card."""
    held = TEST_REGISTERS[register]
    return replace(Card(meter, ea, held.sgc, held.krn, ti), **more)  # type: ignore[arg-type]


def new_key(register: int, ti: int = 1, key_type: int = 2) -> NewKey:
    """A register of the plan as the aim of a key change."""
    wanted = TEST_REGISTERS[register]
    return NewKey(wanted.sgc, wanted.krn, ti, key_type)


def decoder_key(meter: Card | NewKey, of: Card) -> DecoderKey:
    """The key that a meter has under a card, or after a change.

    Args:
        meter: where SGC, KRN, TI and key type are taken from.
        of: the card: MeterPAN and EA.
    """
    register = REGISTERS[meter.sgc, meter.krn]
    return derive_decoder_key(
        DKGA,
        of.ea,
        vending_key=register.vending_key,
        pan=of.meter,
        sgc=meter.sgc,
        key_type=meter.key_type,
        ti=meter.ti,
        krn=meter.krn,
        base_date=register.base_date,
    )
