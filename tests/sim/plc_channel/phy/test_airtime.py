"""PLC-1 and R4: how long frames last."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim.plc_channel.errors import FrameTooLongError, PlcChannelError, UnknownSchemeError
from sim.plc_channel.phy.modem import airtime_ms, max_octets, payload_symbols
from sim.plc_channel.phy.schemes import constants, preamble, preambles, scheme, schemes
from tools.fidelity.phy import published

AIRTIMES = [
    pytest.param(name, row["octets"], ms, id=f"{row['pdu']} {name}")
    for row in published()["airtimes"]
    for name, ms in row["ms"].items()
]
NAMES = list(schemes())


@pytest.mark.parametrize(("name", "octets", "ms"), AIRTIMES)
def test_published_airtimes(name: str, octets: int, ms: float) -> None:
    assert airtime_ms(name, octets) == pytest.approx(ms, abs=0.001)


def test_the_beacon_of_1_4_has_a_longer_preamble() -> None:
    assert airtime_ms("R_DBPSK", 18, "BC") == pytest.approx(59.520, abs=0.001)
    assert airtime_ms("R_DBPSK", 18, "B") == pytest.approx(52.992, abs=0.001)


@pytest.mark.parametrize("name", NAMES)
def test_rates_are_the_published_ones(name: str) -> None:
    kbps = {
        "DBPSK": 42.86,
        "DQPSK": 85.71,
        "D8PSK": 128.57,
        "DBPSK_C": 21.43,
        "DQPSK_C": 42.86,
        "D8PSK_C": 64.29,
        "R_DBPSK": 5.36,
        "R_DQPSK": 10.71,
    }[name]
    row = scheme(name)
    assert row.octets * 8 / (row.repetition * constants().symbol_ms) == pytest.approx(kbps, abs=0.005)


@pytest.mark.parametrize("name", NAMES)
def test_sixty_three_symbols_and_no_more(name: str) -> None:
    longest = max_octets(name)
    assert payload_symbols(name, longest) == 63
    with pytest.raises(FrameTooLongError, match="64 symbols"):
        airtime_ms(name, longest + 1)
    assert issubclass(FrameTooLongError, ValueError)


@pytest.mark.parametrize(
    ("name", "octets"),
    [("DBPSK_C", 377), ("DQPSK_C", 755), ("D8PSK_C", 1133), ("DBPSK", 756), ("D8PSK", 2268)],
)
def test_the_longest_payloads_are_the_published_ones(name: str, octets: int) -> None:
    assert max_octets(name) - preamble("A").octets_in_header == octets


def test_what_fits_the_header_needs_no_symbol() -> None:
    assert payload_symbols("DBPSK", 7) == 0
    assert payload_symbols("DBPSK", 1) == 0
    assert payload_symbols("DBPSK_C", 7) == 1  # the flush octet does not
    assert airtime_ms("DBPSK", 7) == pytest.approx(6.528)


@given(
    name=some.sampled_from(NAMES), octets=some.integers(1, 376), start=some.sampled_from(list(preambles()))
)
def test_longer_frames_last_longer(name: str, octets: int, start: str) -> None:
    shorter, longer = airtime_ms(name, octets - 1 or 1, start), airtime_ms(name, octets, start)
    step_ms = scheme(name).repetition * constants().symbol_ms
    assert 0 <= longer - shorter <= step_ms + 1e-9


@pytest.mark.parametrize("name", ["DBPSK_F", "", "dbpsk", "OFDM"])
def test_unknown_names(name: str) -> None:
    with pytest.raises(UnknownSchemeError, match="there is no modulation"):
        airtime_ms(name, 18)
    with pytest.raises(PlcChannelError, match="there is no preamble"):
        airtime_ms("DBPSK", 18, name or "?")


def test_the_band_is_the_first_of_prime() -> None:
    fixed = constants()
    last_hz = fixed.first_carrier_hz + (fixed.carriers - 1) * fixed.carrier_spacing_hz
    assert last_hz == pytest.approx(88_867, abs=1)
    assert fixed.carriers == fixed.data_carriers + 1
