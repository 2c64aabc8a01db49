"""Minting vectors from their inputs alone: the whole file, other forms of the same inputs, refusals."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.errors import StsValueError
from protocols.sts.identity import KeyType
from protocols.sts.testkeys import VUDK_160
from protocols.sts.vectors import Minted, VectorStatus, mint_key_change, mint_vector

Inputs = dict[str, Any]

VUDK = VUDK_160.value.hex()
KEY: Inputs = {
    "dkga": "04",
    "ea": "07",
    "vending_key": VUDK,
    "meter_pan": "600727000000000009",
    "key_type": 2,
    "sgc": "201457",
    "ti": "01",
    "krn": 1,
    "base_date": 2014,
}
CREDIT: Inputs = {**KEY, "issue_time_utc": "2014-03-01T13:05:00Z", "rnd": 5, "amount_units": 1}
NEW: Inputs = {"ti": "02"}


def changed(inputs: Inputs, **changes: Any) -> Inputs:
    """The inputs with some replaced, and those set to None left out."""
    merged = {**inputs, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def minted(token_class: int, subclass: int, inputs: Inputs) -> Minted:
    result = mint_vector(token_class, subclass, inputs)
    assert result.error is None, result.error
    return result


def refused(token_class: int, subclass: int, inputs: Inputs) -> str:
    result = mint_vector(token_class, subclass, inputs)
    assert (result.status, result.token) == (VectorStatus.FAILED, None)
    assert result.error
    return result.error


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


def test_what_a_new_key_leaves_out_is_as_in_the_old(vectors: list[dict[str, Any]]) -> None:
    by_id = {vector["id"]: vector for vector in vectors}
    for place, subclass in ((1, 3), (2, 4)):
        vector = by_id[f"CTSA05-EA07-step1.{place}"]
        assert minted(2, subclass, {**KEY, "new": NEW}).token == vector["token"]
    rollover = {"sgc": "203557", "ti": 2, "krn": 6, "base_date": 2035}
    assert minted(2, 3, {**KEY, "new": rollover}).token == by_id["CTSA05-EA07-step2.1"]["token"]
    third = by_id["CTSA05-EA07-step4.3"]["token"]
    assert minted(2, 8, {**KEY, "new": NEW}).token == third
    assert minted(2, 8, {**KEY, "new": {**NEW, "three_kct": True}}).token == third


def test_flags_and_attributes_of_the_new_key_are_minted() -> None:
    new = {"ti": 42, "krn": "9", "ken": 170, "key_type": 1, "rollover": 1, "three_kct": 1, "sgc": "999999"}
    first = minted(2, 3, {**KEY, "new": new}).decoded
    assert first is not None
    assert {name: first[name] for name in ("kenho", "krn", "ro", "flag_3kct", "kt")} == {
        "kenho": 10,
        "krn": 9,
        "ro": 1,
        "flag_3kct": 1,
        "kt": 1,
    }
    second = minted(2, 4, {**KEY, "new": new}).decoded
    assert second is not None
    assert (second["kenlo"], second["ti"]) == (10, 42)
    assert minted(2, 8, {**KEY, "new": new}).decoded.items() >= {"sgc": "999999"}.items()


def test_an_upgrade_from_dkga02_to_dkga04() -> None:
    old = changed(KEY, dkga="02", vending_key="ab" * 8, base_date=None)
    new = {"dkga": "04", "vending_key": VUDK, "base_date": 2014}
    assert minted(2, 3, {**old, "new": new}).decoded["ro"] == 1


@pytest.mark.parametrize(
    ("subclass", "changes", "says"),
    [
        (3, {}, "new is missing"),
        (3, {"new": 5}, "new must be an object"),
        (3, {"new": {"krn": 10}}, "KRN is 1 to 9"),
        (3, {"new": {"ken": 256}}, "KEN is 0 to 255"),
        (3, {"new": {"rollover": 2}}, "rollover must be 0 or 1"),
        (3, {"new": {"ea": "11"}}, "cannot change the encryption algorithm"),
        (8, {"new": {"three_kct": 0}}, "only when three_kct is 1"),
        (9, {"new": {}}, "never a fourth"),
        (9, {"content44_hex": "0"}, "no fourth section"),
        (3, {"content44_hex": "1" * 12}, "content44_hex is 0 to"),
        (3, {"content44_hex": "g"}, "content44_hex must be"),
    ],
)
def test_key_changes_refused(subclass: int, changes: Inputs, says: str) -> None:
    assert says in refused(2, subclass, {**KEY, **changes})


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


REGISTER_7 = changed(KEY, meter_pan="600727111111111153", sgc="201460", krn=7, ken=85)
EXPIRED = {"issue_time_utc": "2032-10-27T08:00:00Z", "rnd": 5}
REGISTER_8 = {"sgc": "201461", "krn": 8, "ken": 255}


def test_an_expired_key_sells_nothing_and_manages_nothing() -> None:
    for function, field in [
        ((0, 0), "amount_units"),
        ((0, 4), "amount_1e5"),
        ((2, 1), "value"),
        ((2, 10), "value"),
    ]:
        assert "has expired" in refused(*function, {**REGISTER_7, **EXPIRED, field: 1})


def test_an_expired_key_is_left_but_never_entered(vectors: list[dict[str, Any]]) -> None:
    published = {vector["id"]: vector["token"] for vector in vectors}
    rescue = {**REGISTER_7, **EXPIRED, "new": REGISTER_8}
    assert minted(2, 3, rescue).token == published["CTSA16-EA07-step4.1"]
    into = {**changed(REGISTER_7, ken=255), **EXPIRED, "new": {"krn": 8, "ken": 85}}
    for subclass in (3, 4, 8):
        assert "has expired" in refused(2, subclass, into)
    assert minted(2, 3, changed(into, issue_time_utc="2024-01-01T00:00:00Z")).token
    assert minted(2, 3, changed(into, issue_time_utc=None)).token


def test_the_expiry_of_a_new_key_counts_from_its_own_base_date() -> None:
    new = {"base_date": 2035, "ken": 0}
    assert minted(2, 3, {**KEY, "issue_time_utc": "2034-12-31T00:00:00Z", "new": new}).decoded["ro"] == 1
    assert minted(2, 3, {**KEY, "issue_time_utc": "2035-02-01T00:00:00Z", "new": new}).token
    assert "has expired" in refused(2, 3, {**KEY, "issue_time_utc": "2035-03-01T00:00:00Z", "new": new})


def test_a_whole_key_change() -> None:
    change = mint_key_change({**KEY, "new": {**NEW, "three_kct": 1}})
    assert list(change.tokens) == [3, 4, 8]
    for subclass, digits in change.tokens.items():
        assert minted(2, subclass, {**KEY, "new": {**NEW, "three_kct": 1}}).token == digits
    assert (change.decoder_key, change.new_decoder_key) == ("87f3ecbb2e46b48f", "7f78cdd220be39b8")
    assert list(mint_key_change({**changed(KEY, ea="11"), "new": NEW}).tokens) == [3, 4, 8, 9]
    with pytest.raises(StsValueError, match="new is missing"):
        mint_key_change(KEY)
