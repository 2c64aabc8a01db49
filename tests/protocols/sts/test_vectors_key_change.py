"""Minting vectors of key changes: what a new key leaves out, refusals, and keys that expire."""

from typing import Any

import pytest
from sts_inputs import KEY, NEW, VUDK, Inputs, changed, minted, refused

from protocols.sts.errors import StsValueError
from protocols.sts.vectors import mint_key_change


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
