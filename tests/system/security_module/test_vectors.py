"""The published tokens of the test plan, minted by the module with its three hooks: clock, RND, TID list."""

import json
from collections import defaultdict
from typing import Any

import pytest

from conformance.vectors import path
from protocols.sts.amounts import currency_units
from protocols.sts.testkeys import TEST_REGISTERS

LOADED = {(register.sgc, register.krn) for register in TEST_REGISTERS.values()} | {("123456", 1)}
VECTORS = json.loads(path("sts_vectors.json").read_text(encoding="utf-8"))["vectors"]
KEY_SECTIONS = {3, 4, 8, 9}


def meter_of(inputs: dict[str, Any]) -> dict[str, Any]:
    return {
        "drn": inputs["meter_pan"],
        "ea": inputs["ea"],
        "sgc": inputs["sgc"],
        "krn": inputs["krn"],
        "ti": int(inputs["ti"]),
        "key_type": inputs["key_type"],
    }


def ours(vector: dict[str, Any]) -> bool:
    """Whether a register of the plan makes this meter's key."""
    inputs = vector["inputs"]
    return (
        vector.get("token") is not None
        and inputs.get("ea") in ("07", "11")
        and inputs.get("key_type") == 2
        and (inputs["sgc"], inputs["krn"]) in LOADED
        and inputs["dkga"] == ("02" if inputs["sgc"] == "123456" else "04")
    )


STAMPED = [
    vector
    for vector in VECTORS
    if ours(vector) and "issue_time_utc" in vector["inputs"] and vector["token_subclass"] not in KEY_SECTIONS
]


def same_key(bench: Any, inputs: dict[str, Any]) -> bool:
    registers = bench.opened.contents.registers
    register = next(r for r in registers if (r.sgc, r.krn) == (inputs["sgc"], inputs["krn"]))
    return register.key.value.hex() == inputs["vending_key"] and register.base_date == inputs["base_date"]


def args_of(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    inputs = vector["inputs"]
    args = {"meter": meter_of(inputs), "time": inputs["issue_time_utc"], "subclass": vector["token_subclass"]}
    if vector["token_class"] == 2:
        return "management", {**args, "value": inputs["value"]}
    if "amount_base_currency" in inputs:
        return "mint", {**args, "amount": currency_units(inputs["amount_base_currency"])}
    return "mint", {**args, "amount": inputs["amount_units"]}


def test_credit_and_management(bench) -> None:
    """Every token of class 0 and 2 with a TID, each as the first that its meter is given."""
    minted = 0
    for number, vector in enumerate(STAMPED):
        if not same_key(bench, vector["inputs"]):
            continue
        bench.ask("reset_tids")
        bench.ask("force_rnd", rnd=vector["inputs"].get("rnd"))
        operation, args = args_of(vector)
        answer = bench.ask(operation, message_id=f"v{number}", **args)
        if answer["tokens"][-1]["tid"] != vector["inputs"]["tid"]:
            continue  # a later token of its minute, or made at the reserved one: the last test plays that
        assert answer["tokens"][-1]["digits"] == vector["token"], vector["id"]
        minted += 1
    assert minted > 150


def test_class_1(bench) -> None:
    vectors = [v for v in VECTORS if v["token_class"] == 1 and v["token_subclass"] <= 2 and v.get("token")]
    assert len(vectors) >= 28
    for number, vector in enumerate(vectors):
        inputs = vector["inputs"]
        answer = bench.ask(
            "meter_test",
            message_id=f"t{number}",
            subclass=vector["token_subclass"],
            control=int(inputs["control_hex"], 16),
            mfr_code=inputs["manufacturer_code"],
        )
        assert answer["tokens"][0]["digits"] == vector["token"], vector["id"]


def key_changes() -> dict[str, dict[int, dict[str, Any]]]:
    """Section vectors by the set that they belong to."""
    sets: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for vector in VECTORS:
        if ours(vector) and vector["token_class"] == 2 and "new" in vector["inputs"]:
            new = vector["inputs"]["new"]
            if (new["sgc"], new["krn"]) in LOADED and new["key_type"] == 2:
                sets[vector["id"].rpartition(".")[0]][vector["token_subclass"]] = vector
    return {name: sections for name, sections in sets.items() if 3 in sections}


@pytest.mark.parametrize("name", sorted(key_changes()))
def test_key_changes(bench, name: str) -> None:
    sections = key_changes()[name]
    inputs = next(iter(sections.values()))["inputs"]
    new = inputs["new"]
    if not same_key(bench, inputs) or not same_key(bench, new):
        pytest.skip("a register that the plan does not list")
    target = {"sgc": new["sgc"], "krn": new["krn"], "ti": int(new["ti"])}
    args = {
        "message_id": name,
        "meter": meter_of(inputs),
        "target": target,
        "three_kct": 8 in sections and inputs["ea"] == "07",
        "time": "2026-03-01T12:00:00Z" if new["base_date"] == 2014 else "2035-01-01T08:00:00Z",
    }
    answer = bench.ask("key_change", **bench.approve("key_change", ("ana", "beto"), **args))
    if answer.__class__.__name__ == "Refused" and answer.code == "approval-needed":
        # Signatures hold for a month of the module's time, and this step plays nine years later.
        bench.wall.moment = bench.wall.moment.replace(year=2035, month=1, day=1, hour=8)
        answer = bench.ask("key_change", **bench.approve("key_change", ("ana", "beto"), **args))
    made = {token["subclass"]: token["digits"] for token in answer["tokens"]}
    assert {subclass: made.get(subclass) for subclass in sections} == {
        subclass: vector["token"] for subclass, vector in sections.items()
    }


def test_several_tokens_in_one_minute_around_the_reserved_one(bench) -> None:
    """CTSA09: 00:00, then 00:02 (00:01 is reserved), then 00:03."""
    bench.ask("set_clock", time="2026-07-29T00:00:30Z")
    tids = [bench.mint()["tokens"][0]["tid"] for _ in range(3)]
    assert [tid - tids[0] for tid in tids] == [0, 2, 3]
    assert tids[0] % 1440 == 0
