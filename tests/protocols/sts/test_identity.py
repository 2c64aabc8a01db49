"""Numbers that name a meter and its key: digits, check digits, ranges, time."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts import identity
from protocols.sts.errors import LuhnError, StsValueError
from protocols.sts.identity import (
    TID_MAX,
    BaseDate,
    DateOfExpiry,
    DecoderReferenceNumber,
    IdRecord,
    KeyExpiryNumber,
    KeyRevisionNumber,
    KeyType,
    MeterPrimaryAccountNumber,
    SupplyGroupCode,
    TariffIndex,
    TokenIdentifier,
    luhn_digit,
    luhn_ok,
)

PAYLOADS = st.text("0123456789", min_size=1, max_size=20)


@given(PAYLOADS)
def test_a_payload_with_its_check_digit_passes(payload: str) -> None:
    assert luhn_ok(payload + luhn_digit(payload))


@given(PAYLOADS, st.data())
def test_one_changed_digit_never_passes(payload: str, data: st.DataObject) -> None:
    digits = payload + luhn_digit(payload)
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    assert not luhn_ok(digits[:place] + other + digits[place + 1 :])


@pytest.mark.parametrize(
    ("drn", "pan", "mfr_code", "mfr_code_digits"),
    [
        ("00000000000", "600727000000000009", 0, 2),
        ("11111111115", "600727111111111153", 11, 2),
        ("0100000000008", "000001000000000082", 100, 4),
    ],
)
def test_both_forms_of_pan(drn: str, pan: str, mfr_code: int, mfr_code_digits: int) -> None:
    account = MeterPrimaryAccountNumber.from_drn(drn)
    assert account == MeterPrimaryAccountNumber(pan)
    assert account.drn == drn
    number = account.decoder_reference_number
    assert (number.mfr_code, number.mfr_code_digits) == (mfr_code, mfr_code_digits)
    assert account.iin == number.iin == ("0000" if mfr_code_digits == 4 else "600727")
    assert len(number.serial) == 8


def test_published_check_digit_errors(vector_file: dict[str, Any]) -> None:
    bad = [case["drn"] for case in vector_file["negative"] if "drn" in case]
    assert len(bad) == 2
    for drn in bad:
        with pytest.raises(LuhnError, match="check digit"):
            DecoderReferenceNumber(drn)


def test_a_pan_around_a_bad_drn_is_refused() -> None:
    payload = "60072712345678904"
    with pytest.raises(LuhnError, match="DRN 12345678904"):
        MeterPrimaryAccountNumber(payload + luhn_digit(payload))


@pytest.mark.parametrize(
    "drn", ["", "123456789012", "0100000000080000", "1234567890x", "٠" * 11, "0000000000 "]
)
def test_malformed_drns_are_refused(drn: str) -> None:
    with pytest.raises(StsValueError):
        DecoderReferenceNumber(drn)


@pytest.mark.parametrize("pan", ["", "60072700000000000", "600727000000000008", "6007270000000000090"])
def test_malformed_pans_are_refused(pan: str) -> None:
    with pytest.raises(StsValueError):
        MeterPrimaryAccountNumber(pan)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SupplyGroupCode("12345"),
        lambda: SupplyGroupCode("12345a"),
        lambda: KeyRevisionNumber(0),
        lambda: KeyRevisionNumber(10),
        lambda: TariffIndex(-1),
        lambda: TariffIndex(100),
        lambda: KeyExpiryNumber(256),
        lambda: TokenIdentifier(TID_MAX + 1, BaseDate.Y2014),
        lambda: TokenIdentifier(-1, BaseDate.Y2014),
    ],
)
def test_values_out_of_range_are_refused(make: Any) -> None:
    with pytest.raises(StsValueError):
        make()


def test_key_attributes_speak_as_numbers() -> None:
    assert [int(KeyRevisionNumber(9)), int(TariffIndex(42)), int(SupplyGroupCode("000123"))] == [9, 42, 123]
    assert TariffIndex(7).digits == "07"
    assert [kind.name for kind in KeyType] == ["DITK", "DDTK", "DUTK", "DCTK"]


def test_key_expiry_borders() -> None:
    assert not KeyExpiryNumber(85).expired_at(0x55FFFF)
    assert KeyExpiryNumber(85).expired_at(0x560000)
    assert not KeyExpiryNumber(255).expired_at(TID_MAX)
    assert int(KeyExpiryNumber(85)) == 85


def test_base_dates_and_their_succession() -> None:
    assert [date.code for date in BaseDate] == ["93", "14", "35"]
    assert [date.following() for date in BaseDate] == [BaseDate.Y2014, BaseDate.Y2035, BaseDate.Y2035]


@pytest.mark.parametrize(
    ("minute", "tid"),
    [
        ("00:00:00", 6612480),
        ("00:01:00", 6612482),
        ("00:01:59", 6612482),
        ("00:02:00", 6612482),
        ("00:03:00", 6612483),
    ],
)
def test_the_reserved_minute_is_skipped(minute: str, tid: int) -> None:
    made = TokenIdentifier.at(datetime.fromisoformat(f"2026-07-29T{minute}Z"), BaseDate.Y2014)
    assert made.tid == tid
    assert not made.is_reserved
    assert TokenIdentifier(6612481, BaseDate.Y2014).is_reserved


def test_the_end_of_the_1993_base_date() -> None:
    last = TokenIdentifier(TID_MAX, BaseDate.Y1993).instant
    assert last == datetime(2024, 11, 24, 20, 15, tzinfo=UTC)
    assert TokenIdentifier.at(last, BaseDate.Y1993).tid == TID_MAX
    for outside in (last + timedelta(minutes=1), datetime(1992, 12, 31, 23, 59, tzinfo=UTC)):
        with pytest.raises(StsValueError, match="outside the 24-bit TID"):
            TokenIdentifier.at(outside, BaseDate.Y1993)


def test_other_zones_and_naive_times_mean_utc() -> None:
    bogota = datetime(2026, 1, 1, 5, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert TokenIdentifier.at(bogota, BaseDate.Y2014) == TokenIdentifier.at(
        datetime(2026, 1, 1, 10, 0),  # noqa: DTZ001 - a naive time is the case
        BaseDate.Y2014,
    )


@given(st.integers(0, TID_MAX), st.sampled_from(BaseDate))
def test_tid_and_time_are_inverse_but_for_the_reserved_minute(tid: int, base_date: BaseDate) -> None:
    identifier = TokenIdentifier(tid, base_date)
    assert TokenIdentifier.at(identifier.instant, base_date).tid == tid + identifier.is_reserved


RECORD = "600727000000000009" + "0406" + "02" + "11" + "201457" + "01" + "1"


def test_an_id_record_reads_and_writes_back() -> None:
    record = IdRecord.from_digits(RECORD)
    assert record.digits == RECORD
    assert (record.pan.drn, record.tct, record.ea, record.sgc.sgc) == ("00000000000", 2, "11", "201457")
    assert (record.ti.ti, record.krn.krn, record.doe.year) == (1, 1, 2004)


@pytest.mark.parametrize("digits", [RECORD[:-1], RECORD + "1", "x" * 35, RECORD[:-1] + "0", "1" + RECORD[1:]])
def test_malformed_id_records_are_refused(digits: str) -> None:
    with pytest.raises(StsValueError):
        IdRecord.from_digits(digits)


def test_a_card_is_good_to_the_end_of_its_month() -> None:
    card = DateOfExpiry("0406")
    assert not card.expired_at(datetime(2004, 6, 30, 23, 59, tzinfo=UTC))
    assert card.expired_at(datetime(2004, 7, 1, tzinfo=UTC))
    assert not card.expired_at(datetime(2004, 7, 1, 1, tzinfo=timezone(timedelta(hours=2))))
    assert DateOfExpiry("9912").year == 1999
    for bad in ("0413", "0400", "046", "04x6"):
        with pytest.raises(StsValueError):
            DateOfExpiry(bad)


@pytest.mark.parametrize(
    ("kind", "limits"),
    [
        (identity.KeyRevisionNumber, identity.KRN_RANGE),
        (identity.TariffIndex, identity.TI_RANGE),
        (identity.KeyExpiryNumber, identity.KEN_RANGE),
        (identity.KeyType, identity.KEY_TYPE_RANGE),
    ],
)
def test_the_declared_ranges_are_those_of_the_types(kind, limits):
    assert [int(kind(value)) for value in limits] == list(limits)
    for value in (limits[0] - 1, limits[1] + 1):
        with pytest.raises(ValueError, match=str(value)):
            kind(value)


def test_the_declared_patterns_are_those_of_the_types():
    assert re.fullmatch(identity.SGC_PATTERN, "123456")
    assert not re.fullmatch(identity.SGC_PATTERN, "12345")
    assert re.fullmatch(identity.PAN_PATTERN, "600727000000000009")
    assert re.fullmatch(identity.DRN_PATTERN, "00000000000")
    assert not re.fullmatch(identity.DRN_PATTERN, "000000000000")
