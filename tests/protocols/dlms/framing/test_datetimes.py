from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError, DlmsValueError


@given(
    st.integers(86_400, 7_226_582_400).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.integers(0, 99),
    st.integers(-840, 840),
    st.integers(0, 255),
)
def test_an_instant_survives_to_the_hundredth(second, hundredths, deviation, status):
    instant = second.replace(microsecond=hundredths * 10_000)
    moment = CosemDateTime.from_utc(instant, deviation, status)
    assert CosemDateTime.from_bytes(moment.to_bytes()) == moment
    assert moment.to_utc() == instant


def test_bogota_is_plus_300_minutes():
    moment = CosemDateTime.from_utc(datetime(2026, 1, 1, 5, 0, tzinfo=UTC))
    assert (moment.year, moment.hour, moment.weekday, moment.deviation_minutes) == (2026, 0, 4, 300)
    assert moment.to_bytes().hex() == "07ea010104000000" + "00" + "012c" + "00"


@given(st.binary(min_size=12, max_size=12))
def test_octets_decode_or_raise_decode_error(raw):
    try:
        moment = CosemDateTime.from_bytes(raw)
    except DecodeError:
        return
    assert moment.to_bytes() == raw
    assert moment.to_text()


@pytest.mark.parametrize(
    ("raw", "text", "deviation"),
    [
        ("07e1090f05052128ff800000", "2017-09-15 05:33:40", None),
        ("07e60b03ff0f2619ffff4cff", "2022-11-03 15:38:25", -180),
        ("ffffffffffffffffff8000ff", "*-*-* *:*:*", None),
    ],
)
def test_what_meters_send(raw, text, deviation):
    moment = CosemDateTime.from_bytes(bytes.fromhex(raw))
    assert moment.to_text() == text
    assert moment.deviation_minutes == deviation


@pytest.mark.parametrize(
    "raw", ["07e1110f05052128ff800000", "07e10f2005052128ff800000", "07e1090f05182128ff800000", "07e1"]
)
def test_octets_out_of_range(raw):
    with pytest.raises(DecodeError, match="date-time"):
        CosemDateTime.from_bytes(bytes.fromhex(raw))


def test_a_default_deviation_stands_in():
    moment = CosemDateTime(2026, 1, 1, None, 0, 0, 0)
    assert moment.to_utc(300) == datetime(2026, 1, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "make",
    [
        lambda: CosemDateTime(2026, 2, 30, None, 0, 0, 0, 0, 300).to_utc(),
        lambda: CosemDateTime(2026, 1, 1).to_utc(),
        lambda: CosemDateTime(2026, 1, 0xFE, None, 0, 0, 0, 0, 300).to_utc(),
        lambda: CosemDateTime(70_000, 1, 1),
        lambda: CosemDateTime(2026, 1, 1, status=256),
        lambda: CosemDateTime(2026, 1, 1, deviation_minutes=900),
        lambda: CosemDateTime.from_utc(datetime(2026, 1, 1)),  # noqa: DTZ001
    ],
)
def test_values_that_name_no_instant(make):
    with pytest.raises(DlmsValueError):
        make()
