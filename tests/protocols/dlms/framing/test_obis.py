import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.obis import Obis
from protocols.dlms.units import UNITS, scaled

_groups = st.tuples(*[st.integers(0, 255)] * 6)


@given(_groups)
def test_text_and_octets_give_the_code_back(groups):
    obis = Obis(*groups)
    assert Obis.from_string(str(obis)) == obis
    assert Obis.from_bytes(obis.to_bytes()) == obis
    for lang in ("es", "en"):
        assert obis.describe(lang) != ""


@pytest.mark.parametrize("text", ["1.0.1.8.0", "1.0.1.8.0.255", "1-0:1.8.0*255", "1-0:1.8.0.255"])
def test_ways_to_write_a_code(text):
    assert Obis.from_string(text) == Obis(1, 0, 1, 8, 0, 255)


@pytest.mark.parametrize(
    "text", ["", "1.0.1.8", "1.0.1.8.0.255.1", "1.0.1.8.0.256", "1.0.x.8.0", "1.0.-1.8.0", "1.0.²1.8.0"]
)
def test_text_that_is_no_code(text):
    with pytest.raises(DlmsValueError):
        Obis.from_string(text)


def test_octets_that_are_no_code():
    with pytest.raises(DecodeError):
        Obis.from_bytes(b"\x01\x00\x01\x08\x00")


@pytest.mark.parametrize(
    ("text", "english", "spanish"),
    [
        ("1.0.1.8.0", "active energy import, total", "energía activa importada, total"),
        ("1.0.2.8.2", "active energy export, tariff 2", "energía activa exportada, tarifa 2"),
        ("1.0.41.7.0", "active power import L2, instantaneous", "potencia activa importada L2, instantánea"),
        ("1.0.72.7.0", "voltage L3, instantaneous", "tensión L3, instantánea"),
        ("1.0.91.7.0", "neutral current, instantaneous", "corriente de neutro, instantánea"),
        ("0.0.96.3.10", "disconnect control", "control de desconexión"),
        ("0.0.19.40.0", "token gateway", "entrada de fichas (tokens)"),
        (
            "1.0.1.8.0.1",
            "active energy import, total, billing period 1",
            "energía activa importada, total, período 1",
        ),
    ],
)
def test_what_codes_stand_for(text, english, spanish):
    assert Obis.from_string(text).describe("en") == english
    assert Obis.from_string(text).describe("es") == spanish


def test_unknown_codes_have_no_words():
    assert Obis(0, 0, 200, 200, 0).describe("en") is None
    assert Obis(1, 0, 1, 200, 0).describe("en") is None


@pytest.mark.parametrize(
    ("value", "scaler", "unit", "shown"),
    [
        (2309, -1, 35, "230.9 V"),
        (12, 3, 30, "12000 Wh"),
        (-5, 0, 27, "-5 W"),
        (7, 0, None, "7"),
        (7, 0, 200, "7 (unit 200)"),
        (7, 0, 255, "7"),
        (1, -128, 30, "1 × 10^-128 Wh"),
        (0, -3, 33, "0.000 A"),
    ],
)
def test_values_are_scaled_without_rounding(value, scaler, unit, shown):
    assert scaled(value, scaler, unit) == shown


def test_units_have_names_in_both_languages():
    assert all(unit.name("es") and unit.name("en") for unit in UNITS.values())
