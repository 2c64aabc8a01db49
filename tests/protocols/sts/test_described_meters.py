"""Meters from their description, and what a step's words allow."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.errors import StsError, StsValueError
from protocols.sts.identity import BaseDate, KeyType
from protocols.sts.keys import DecoderKey
from protocols.sts.scenarios import allowed_results, describe_meter, run_scenario, tids
from protocols.sts.testkeys import VUDK_160
from protocols.sts.token import (
    ClearCredit,
    Token,
    TransferCredit,
    TransferCurrencyCredit,
    encode_token,
    key_change_tokens,
)

METER: dict[str, Any] = {
    "pan": "600727000000000009",
    "dkga": "04",
    "vending_key": VUDK_160.value.hex(),
    "ea": "11",
    "kt": 2,
    "sgc": "201457",
    "ti": "01",
    "krn": 1,
    "base_date": 2014,
    "ken": 255,
    "tid_store": "50 entries, all zero",
}


def steps(described: dict[str, Any], *tokens: Token, **said: Any) -> list[dict[str, Any]]:
    key = describe_meter(described).acceptance.register.decoder_key
    return [{"token": encode_token(token, key), **said} for token in tokens]


def results(described: dict[str, Any], entered: list[dict[str, Any]]) -> list[tuple[str, int]]:
    outcome = run_scenario({"id": "X", "meter": described, "steps": entered})
    return [(step.result, step.credit_added_units) for step in outcome.steps]


def test_a_key_is_derived_or_given() -> None:
    derived = describe_meter(METER).acceptance.register
    assert derived.decoder_key.value.hex() == "929bd3a415c9420a05ec5ee9f3ce91c3"
    for ea, key in (("11", derived.decoder_key.value.hex()), ("07", "87f3ecbb2e46b48f")):
        bare = {"drn": "00000000000", "decoder_key": key}
        register = describe_meter(bare).acceptance.register
        assert (register.ea, register.decoder_key.value.hex()) == (ea, key)
        assert (register.key_type, register.base_date, register.ken) == (KeyType.DUTK, BaseDate.Y2014, 255)


@pytest.mark.parametrize(
    ("described", "capacity", "highest"),
    [
        (None, 50, []),
        ("initially all zero", 50, []),
        ("50 entries, all zero", 50, []),
        ("60 entries, empty", 60, []),
        ("50 entries, 1000 to 1049", 50, list(range(1000, 1050))),
        ("full: 1000..1049", 50, list(range(1000, 1050))),
        ("all zero except 8416081 and 8416082", 50, [8416081, 8416082]),
        ([7, 5], 50, [5, 7]),
        ({"capacity": 3, "tids": [9]}, 3, [9]),
    ],
)
def test_tid_stores_in_words_and_numbers(described: Any, capacity: int, highest: list[int]) -> None:
    assert tids(described).snapshot() == (*[0] * (capacity - len(highest)), *highest)


@pytest.mark.parametrize(
    "described",
    ["whatever", "9 to 5", [1 << 24], ["x"], 7, list(range(51)), "0 entries, all zero", "1 to 99999"],
)
def test_tid_stores_that_say_nothing_are_refused(described: Any) -> None:
    with pytest.raises(StsValueError):
        tids(described)


def test_credit_overflows_at_the_capacity_and_uses_no_tid() -> None:
    meter = {**METER, "credit_units": 2**31 - 10}
    entered = steps(
        meter, TransferCredit(0, 5, 1, 11), TransferCredit(0, 5, 1, 10), TransferCredit(0, 5, 2, 1)
    )
    assert results(meter, entered) == [("OverflowError", 0), ("Accept", 10), ("OverflowError", 0)]
    small = {**METER, "capacity_units": 15, "credit_units": 5}
    entered = steps(
        small, TransferCredit(0, 5, 1, 10), ClearCredit(5, 2, 0xFFFF), TransferCredit(0, 5, 3, 15)
    )
    assert results(small, entered) == [("Accept", 10), ("Accept", 0), ("Accept", 15)]


def test_what_a_meter_sells() -> None:
    water, money = TransferCredit(1, 5, 1, 3), TransferCurrencyCredit(4, 2, -100_000)
    assert results(METER, steps(METER, water, money)) == [("FunctionError", 0)] * 2
    for described, expected in [
        ({**METER, "commodity": "water"}, [("Accept", 3), ("FunctionError", 0)]),
        ({**METER, "commodity": "electricity, currency"}, [("FunctionError", 0), ("Accept", -99_994)]),
        ({**METER, "functions": ["0/1", [0, 4]]}, [("Accept", 3), ("Accept", -99_994)]),
    ]:
        assert results(described, steps(described, water, money)) == expected


def test_a_default_key_and_a_common_key() -> None:
    ddtk = {**METER, "kt": "DDTK"}
    assert results(ddtk, steps(ddtk, TransferCredit(0, 5, 1, 1), ClearCredit(5, 1, 0))) == [
        ("DDTKError", 0),
        ("Accept", 0),
    ]
    key = describe_meter(METER).acceptance.register.decoder_key
    common = key_change_tokens(
        DecoderKey(bytes(16), "11"), key, ken=255, krn=1, ti=1, key_type=KeyType.DCTK, sgc="201457"
    )
    for carriers, kt, expected in [
        (None, 0, "KeyTypeError"),
        (["01"], 0, "1stKCT"),
        ("magnetic card", 2, "KeyTypeError"),
    ]:
        described = {**METER, "kt": kt, "vending_key": None, "decoder_key": key.value.hex(), "tct": carriers}
        assert results(described, [{"token": common[0]}]) == [(expected, 0)]


def test_a_lock_out_passes_with_time() -> None:
    meter = {**METER, "lock_out": {"wrong_entries": 1, "first_s": 5}}
    good = steps(meter, TransferCredit(0, 5, 1, 1))[0]
    entered = [{"token": "0" * 20}, good, {**good, "wait_s": 5}]
    assert [result for result, _ in results(meter, entered)] == ["CRCError", "LockOut", "Accept"]
    assert results({**meter, "lock_out": "off"}, entered)[1][0] == "Accept"


def test_disagreements_are_named() -> None:
    good = steps(METER, TransferCredit(0, 5, 1, 1))[0]
    for said, differs in [
        ({"expect": "UsedError"}, ("expect",)),
        ({"expect": "Accept", "credit_added_units": 2}, ("credit_added_units",)),
        ({"new_ti": 2, "new_ken": 255}, ("new_ti",)),
        (
            {"new_decoder_key": "00" * 16, "new_krn": 1, "new_kt": "DUTK", "new_sgc": 201457},
            ("new_decoder_key",),
        ),
        ({"expect": "OverflowError or Accept", "credit_added_units": 0}, ()),
        ({}, ()),
    ]:
        outcome = run_scenario({"meter": METER, "steps": [{**good, **said}]})
        assert outcome.steps[0].disagreements == differs, said
        assert outcome.agrees is not bool(differs)


@pytest.mark.parametrize(
    ("expect", "allowed"),
    [
        ("Accept", ("Accept",)),
        ("2ndKCT (first section still missing)", ("2ndKCT",)),
        ("Accept under the OLD key (change not complete)", ("Accept",)),
        ("Accept: older than A, not OldError", ("Accept",)),
        ("Accept or OverflowError, by the size of the credit register", ("Accept", "OverflowError")),
        ("FunctionError (or FormatError): reserved", ("FunctionError", "FormatError")),
        (
            "Accept on a 4-digit meter, MfrCodeError/FunctionError on a 2-digit one",
            ("Accept", "MfrCodeError", "FunctionError"),
        ),
        ("OldError, not UsedError", ("OldError",)),
        ("UsedError; a meter without a store of 50 says OldError", ("UsedError",)),
        ("the meter says: CRCError", ("CRCError",)),
        ("1stKCT, 3rdKCT", ("1stKCT", "3rdKCT")),
        ("nothing at all", ()),
        ("", ()),
    ],
)
def test_words_of_a_step(expect: str, allowed: tuple[str, ...]) -> None:
    assert allowed_results(expect) == allowed


@pytest.mark.parametrize(
    "changes",
    [
        {"pan": None},
        {"pan": "600727000000000001"},
        {"vending_key": None},
        {"decoder_key": "xyz"},
        {"decoder_key": 5},
        {"decoder_key": "00" * 9},
        {"kt": 9},
        {"ken": 256},
        {"functions": ["4/0"]},
        {"functions": ["x"]},
        {"functions": [None]},
        {"carriers": ["paper"]},
        {"lock_out": {"first_s": 0}},
        {"ea": "09"},
    ],
)
def test_meters_that_cannot_be_built(changes: dict[str, Any]) -> None:
    with pytest.raises(StsError):
        describe_meter({**METER, **changes})


@pytest.mark.parametrize(
    "scenario",
    [
        {},
        {"meter": METER},
        {"meter": METER, "steps": [5]},
        {"meter": METER, "steps": [{"token": 5}]},
        {"meter": METER, "steps": [{"token": "1", "wait_s": -1}]},
        {"meter": METER, "steps": [{"token": "1", "wait_s": True}]},
    ],
)
def test_malformed_scenarios_are_one_sentence(scenario: dict[str, Any]) -> None:
    with pytest.raises(StsValueError):
        run_scenario(scenario)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(
    st.sampled_from(
        [
            *METER,
            "decoder_key",
            "credit_units",
            "capacity_units",
            "carriers",
            "functions",
            "lock_out",
            "commodity",
        ]
    ),
    JSON,
)
def test_nonsense_is_refused_or_run(name: str, value: Any) -> None:
    try:
        outcome = run_scenario(
            {"meter": {**METER, name: value}, "steps": [{"token": "1" * 20, "expect": value}]}
        )
    except StsError:
        return
    assert outcome.steps[0].result
