"""Read-outs in ASCII."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.errors import DecodeError
from protocols.dlms.mode_e import Identification, decode_read_out
from protocols.dlms.mode_e.messages import block_check
from protocols.dlms.mode_e.readout import DataSet, Value

LINES = b"0.0.0(12345678)\r\n1-0:1.8.1*255(000123.4*kWh)\r\nF.F(00)\r\n1.6.0(01.5*kW)(2401011200)\r\n"


def block(lines, *, check=None):
    body = lines + b"!\r\n\x03"
    return b"\x02" + body + bytes((block_check(body) if check is None else check,))


def test_a_whole_read_out():
    read_out = decode_read_out(b"/SIE5 TD3511\r\n" + block(LINES))
    assert read_out.identification == Identification("SIE", "5", False, " TD3511")
    assert read_out.block_check_ok is True
    codes = [found.obis for found in read_out.data_sets]
    assert [None if code is None else str(code) for code in codes] == [
        "1.0.0.0.0.255",
        "1.0.1.8.1.255",
        "0.0.97.97.255.255",
        "1.0.1.6.0.255",
    ]
    assert read_out.data_sets[1].values == (Value("000123.4", "kWh"),)
    assert read_out.data_sets[3].values == (Value("01.5", "kW"), Value("2401011200"))


def test_codes_that_are_none():
    assert DataSet("hello", (Value("1"),)).obis is None
    assert DataSet("1-0:1.8.999", (Value("1"),)).obis is None
    assert str(DataSet("C.1.0", (Value("1"),)).obis) == "0.0.96.1.0.255"


def test_the_block_check_is_judged():
    assert decode_read_out(block(LINES, check=0x7F)).block_check_ok is False
    assert decode_read_out(LINES + b"!\r\n").block_check_ok is None


@pytest.mark.parametrize("spoil", [0, 5, 20, 40])
def test_a_turned_bit_is_noticed(spoil):
    raw = bytearray(block(LINES))
    raw[1 + spoil] ^= 0x01
    with suppress(DecodeError):
        assert decode_read_out(bytes(raw)).block_check_ok is False


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"1.8.0(1)\r\n",
        b"/AMB5x",
        b"no brackets\r\n!\r\n",
        b"1.8.0(1\r\n!\r\n",
        b"1" * 200 + b"(1)\r\n!\r\n",
    ],
)
def test_what_is_no_read_out(raw):
    with pytest.raises(DecodeError):
        decode_read_out(raw)


@given(st.binary(max_size=200))
def test_noise_raises_only_decode_errors(raw):
    with suppress(DecodeError):
        decode_read_out(raw)
