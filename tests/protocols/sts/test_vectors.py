"""Minting vectors from their inputs alone: the whole file, other forms of the same inputs, refusals."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sts_inputs import CREDIT, KEY, NEW, VUDK, Inputs, changed, minted, refused

from protocols.sts.identity import KeyType
from protocols.sts.vectors import Minted, VectorStatus, mint_vector


def test_the_whole_file(vectors: list[dict[str, Any]]) -> None:
    counts = dict.fromkeys(VectorStatus, 0)
    for vector in vectors:
        result = mint_vector(
            vector["token_class"], vector["token_subclass"], copy.deepcopy(vector["inputs"]), vector["token"]
        )
        counts[result.status] += 1
        assert result.status is not VectorStatus.FAILED, (vector["id"], result)
        if result.status is VectorStatus.PASSED:
            assert result.token == vector["token"]
            assert result.decoder_key == vector.get("decoder_key")
            assert result.decoded is not None
            assert result.decoded.items() >= vector["fields"].items(), vector["id"]
    assert counts == {VectorStatus.PASSED: 437, VectorStatus.FAILED: 0, VectorStatus.UNKNOWN: 0}


def test_a_tid_left_out_comes_from_the_issue_time(vectors: list[dict[str, Any]]) -> None:
    shifted = 0
    for vector in vectors:
        inputs = vector["inputs"]
        if (
            "tid" not in inputs
            or mint_vector(vector["token_class"], vector["token_subclass"], inputs).token is None
        ):
            continue
        bare = {name: value for name, value in inputs.items() if name != "tid"}
        result = mint_vector(vector["token_class"], vector["token_subclass"], bare, vector["token"])
        shifted += result.status is VectorStatus.FAILED
    # Four tokens are the second and third of one minute: they carry a later TID than their time says.
    assert shifted == 4


@pytest.mark.parametrize(
    "same",
    [
        {"dkga": 4, "ea": 7, "ti": 1, "krn": "1", "key_type": "2", "sgc": 201457, "base_date": "2014"},
        {"dkga": "4", "ea": "7", "ti": "1", "key_type": "DUTK", "base_date": "14", "rnd": "5"},
        {"base_date": 14, "meter_pan": 600727000000000009, "amount_units": "1", "vending_key": VUDK.upper()},
        {"meter_pan": None, "iin": "600727", "drn": "00000000000", "base_date": "2014-01-01"},
        {"meter_pan": None, "drn": "00000000000", "vending_key": "0x" + VUDK},
        {"meter_pan": None, "drn": 0, "iin": 600727},
        {"issue_time_utc": None, "tid": 85745},
        {"issue_time_utc": None, "tid": "85745"},
        {"issue_time_utc": None, "tid": "0x14ef1"},
        {"issue_time_utc": "2014-03-01T13:05:59"},
        {"issue_time_utc": "2014-03-01T08:05:00-05:00"},
        {"ken": 255},
    ],
)
def test_other_forms_of_the_same_inputs(same: Inputs) -> None:
    assert minted(0, 1, changed(CREDIT, **same)).token == "25510558010932506821"


def test_a_13_digit_drn_alone() -> None:
    whole = changed(CREDIT, meter_pan="000001000000000082", iin="0000", drn="0100000000008")
    for alone in (
        {"meter_pan": None, "iin": None},
        {"meter_pan": None},
        {"meter_pan": None, "iin": None, "drn": 100000000008},
    ):
        assert minted(0, 0, changed(whole, **alone)).token == minted(0, 0, whole).token


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rnd": None}, "rnd is missing"),
        ({"rnd": 16}, "RND is 0 to 15"),
        ({"rnd": 1.5}, "rnd must be a whole number"),
        ({"rnd": True}, "rnd must be a whole number"),
        ({"rnd": "0x" + "f" * 9999}, "rnd must be a whole number"),
        ({"rnd": 10**4000}, "RND is 0 to 15"),
        ({"amount_units": None}, "amount_units is missing"),
        ({"amount_units": "25.6"}, "amount_units must be a whole number"),
        ({"amount_units": -1}, "cannot be negative"),
        ({"amount_units": 18201625}, "above the largest"),
        ({"issue_time_utc": None}, "tid or issue_time_utc"),
        ({"issue_time_utc": "yesterday"}, "issue_time_utc must be a time"),
        ({"issue_time_utc": 5}, "issue_time_utc must be a time"),
        ({"issue_time_utc": "0001-01-01T00:00:00+05:00"}, "outside the 24-bit TID"),
        ({"issue_time_utc": "2013-12-31T23:59:00Z"}, "outside the 24-bit TID"),
        ({"issue_time_utc": "2045-11-24T20:16:00Z"}, "outside the 24-bit TID"),
        ({"tid": 1 << 24}, "TID is 0 to 16777215"),
        ({"meter_pan": None}, "meter_pan or drn"),
        ({"meter_pan": "600727000000000001"}, "MeterPAN 600727000000000001 has a wrong check digit"),
        ({"meter_pan": None, "drn": "12345678904"}, "DRN 12345678904 has a wrong check digit"),
        ({"drn": "11111111115"}, "holds DRN 00000000000"),
        ({"iin": "0000"}, "IIN of DRN 00000000000 is 600727"),
        ({"drn": []}, "drn must be digits"),
        ({"vending_key": "xyz"}, "must be hexadecimal"),
        ({"vending_key": 12}, "must be hexadecimal"),
        ({"vending_key": "ab" * 16}, "8 or 20 bytes, not 16"),
        ({"vending_key": "ab" * 8}, "DKGA04 needs a vending key of 20 bytes"),
        ({"dkga": "02", "vending_key": "ab" * 20}, "DKGA02 needs a vending key of 8 bytes"),
        ({"dkga": "02", "vending_key": "aa" * 8}, "even parity"),
        ({"dkga": "02", "ea": "11", "vending_key": "ab" * 8}, "EA07 only"),
        ({"dkga": "01"}, "DKGA01"),
        ({"dkga": "03"}, "DKGA03"),
        ({"ea": "09"}, "EA09"),
        ({"key_type": 4}, "key type must be 0 to 3"),
        ({"key_type": "XYZ"}, "key_type must be a whole number"),
        ({"base_date": 2000}, "base date must be 1993, 2014 or 2035"),
        ({"base_date": None}, "base_date is missing"),
        ({"sgc": "12345"}, "SGC has 6 digits"),
        ({"krn": 0}, "KRN is 1 to 9"),
        ({"ti": 100}, "TI is 0 to 99"),
        ({"ken": 0}, "vending key has expired"),
    ],
)
def test_refused_inputs_are_one_sentence(changes: Inputs, says: str) -> None:
    assert says in refused(0, 0, changed(CREDIT, **changes))


def test_sentences_never_quote_a_key() -> None:
    for key in ("ab" * 16, "zz" * 20, "aa" * 8):
        assert key not in refused(0, 0, changed(CREDIT, dkga="02", vending_key=key))


def test_unknown_classes_are_neither_good_nor_bad() -> None:
    for function in [(0, 8), (0, 15), (1, 3), (1, 5), (2, 11), (2, 15), (3, 0)]:
        assert mint_vector(*function, {}) == Minted(VectorStatus.UNKNOWN)


def test_a_mismatch_is_a_failure_without_an_error() -> None:
    result = mint_vector(0, 1, CREDIT, "0" * 20)
    assert (result.status, result.error) == (VectorStatus.FAILED, None)
    assert mint_vector(0, 1, CREDIT, "2551 0558 0109 3250 6821").status is VectorStatus.PASSED


@pytest.mark.parametrize(
    ("subclass", "inputs", "expected"),
    [
        (0, {"control_hex": "5", "manufacturer_code": 42}, {"manufacturer_code": 42, "control_hex": "5"}),
        (0, {"control_hex": "0xF", "manufacturer_code": "7", "mfr_code_digits": "2"}, {"control_hex": "f"}),
        (1, {"control_hex": 16, "manufacturer_code": 9999}, {"manufacturer_code": 9999, "control_hex": "10"}),
    ],
)
def test_meter_tests_with_a_manufacturer_code(subclass: int, inputs: Inputs, expected: Inputs) -> None:
    result = minted(1, subclass, inputs)
    assert result.decoder_key is None
    assert result.decoded is not None
    assert result.decoded.items() >= expected.items()


@pytest.mark.parametrize(
    ("subclass", "inputs", "says"),
    [
        (0, {"control_hex": "1", "manufacturer_code": 100}, "0 to 99"),
        (1, {"control_hex": "1", "manufacturer_code": 10000}, "0 to 9999"),
        (1, {"control_hex": "1", "manufacturer_code": 1, "mfr_code_digits": 2}, "4-digit manufacturer code"),
        (1, {"control_hex": "FFFFFFFFF", "manufacturer_code": 1}, "control field is 0 to"),
        (0, {"control_hex": "xyz", "manufacturer_code": 1}, "control_hex must be"),
        (0, {"control_hex": "1"}, "manufacturer_code is missing"),
    ],
)
def test_meter_tests_refused(subclass: int, inputs: Inputs, says: str) -> None:
    assert says in refused(1, subclass, inputs)


def test_class_2_borders() -> None:
    base = {**KEY, "tid": 1000, "rnd": 0}
    assert minted(2, 0, {**base, "value": 20000}).decoded["power_w"] == 20004
    assert minted(2, 1, {**base, "value": "0xFFFF"}).decoded["register"] == 65535
    assert minted(2, 5, base).decoded["field16"] == "0000"
    assert "value is missing" in refused(2, 6, base)
    assert "register to clear" in refused(2, 1, {**base, "value": 65536})


@given(
    ea=st.sampled_from(["07", "11"]),
    key_type=st.sampled_from([KeyType.DITK, KeyType.DDTK, KeyType.DUTK]),
    ti=st.integers(0, 99),
    krn=st.integers(1, 9),
    base_date=st.sampled_from([1993, 2014, 2035]),
    rnd=st.integers(0, 15),
    tid=st.integers(0, (1 << 24) - 1),
    amount=st.integers(0, 18201624),
)
def test_whatever_is_minted_is_read_back(ea, key_type, ti, krn, base_date, rnd, tid, amount) -> None:
    inputs = changed(KEY, ea=ea, key_type=int(key_type), ti=ti, krn=krn, base_date=base_date)
    decoded = minted(0, 0, {**inputs, "rnd": rnd, "tid": tid, "amount_units": amount}).decoded
    assert decoded is not None
    assert decoded["crc_ok"] is True
    assert (decoded["rnd"], decoded["tid"]) == (rnd, tid)
    assert decoded["amount_units"] >= amount


MORE = (
    "tid",
    "drn",
    "iin",
    "new",
    "value",
    "control_hex",
    "amount_base_currency",
    "amount_1e5",
    "flag_index",
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(
    st.sampled_from(sorted(CREDIT | dict.fromkeys(MORE, 1))),
    JSON_VALUES,
)
def test_nonsense_inputs_are_a_failure_at_worst(name: str, value: Any) -> None:
    for function in [(0, 0), (0, 4), (1, 0), (1, 2), (1, 6), (2, 1), (2, 3), (2, 8), (2, 10)]:
        inputs = {**CREDIT, "new": NEW, "value": 1, "control_hex": "1", "manufacturer_code": 0}
        inputs |= {"amount_base_currency": "1", name: value}
        assert mint_vector(*function, inputs).status in (VectorStatus.PASSED, VectorStatus.FAILED)
        nested = {**KEY, "new": {**NEW, name: value}}
        assert mint_vector(2, 4, nested).status in (VectorStatus.PASSED, VectorStatus.FAILED)


MONEY: Inputs = {**KEY, "tid": 1000}


@pytest.mark.parametrize(
    ("amount", "units"),
    [
        ("1", "100004"),
        (1, "100004"),
        (-1.0, "-99994"),
        ("-1", "-99994"),
        ("1.82044E+14", "18204444444444442624"),
        ("182044444442624", "18204444444444442624"),
        ("-1.82044E+14", "-18203444444444442624"),
        ("0.00001", "1"),
        ("0", "0"),
    ],
)
def test_money_in_every_form(amount: Any, units: str) -> None:
    decoded = minted(0, 5, {**MONEY, "amount_base_currency": amount}).decoded
    assert decoded["transfer_units_1e5"] == units
    assert "rnd" not in decoded


def test_money_in_whole_units_of_the_token() -> None:
    same = minted(0, 4, {**MONEY, "amount_1e5": 100_000}).token
    assert same == minted(0, 4, {**MONEY, "amount_base_currency": "1"}).token


@pytest.mark.parametrize(
    "amount", [None, True, "x", "1_0", "NaN", "1E+99", "1" * 61, [], "1e-99", 10**4000, float("inf")]
)
def test_money_refused(amount: Any) -> None:
    refused(0, 4, {**MONEY, "amount_base_currency": amount})


def test_the_settings_of_class_2() -> None:
    base = {**KEY, "tid": 1000, "rnd": 0}
    assert minted(2, 2, {**base, "value": 7}).decoded["value"] == 7
    assert minted(2, 7, {**base, "value": "0xFFFF"}).decoded["field16"] == "ffff"
    flag = minted(2, 10, {**base, "value": 0xFC01})
    assert flag.decoded.items() >= {"token_index": 63, "flag_index": 0, "flag_value": 1}.items()
    assert minted(2, 10, {**base, "flag_index": 0, "flag_value": 1}).token == flag.token
    assert minted(2, 10, {**base, "token_index": 63, "control_value": 1}).token == flag.token
    for changes in ({}, {"value": 65536}, {"token_index": 64, "control_value": 0}, {"flag_index": 0}):
        refused(2, 10, {**base, **changes})


def test_tokens_of_one_maker() -> None:
    result = minted(1, 6, {"control_hex": "FFFFFFF", "manufacturer_code": 9999})
    assert result.decoded["name"] == "proprietary (class 1 subclass 6)"
    assert minted(1, 15, {"control_hex": "FFFFFFFFF", "manufacturer_code": 0}).decoded["control_bits"] == 36
    assert "100 to 9999" in refused(1, 10, {"control_hex": "1", "manufacturer_code": 99})
    assert "2-digit" in refused(1, 2, {"control_hex": "1", "manufacturer_code": 0, "mfr_code_digits": 4})
