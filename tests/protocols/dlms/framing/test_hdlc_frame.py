import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.errors import DecodeError, DlmsValueError, FrameError
from protocols.dlms.framing import LinkParameters
from protocols.dlms.hdlc.control import Control, FrmrReason, Kind, frmr_information
from protocols.dlms.hdlc.frame import Frame, HdlcAddress, decode_frame, fcs16, fcs_octets
from protocols.dlms.hdlc.parameters import check_parameters, decode_parameters, encode_parameters, negotiate

one = st.builds(HdlcAddress, st.integers(0, 127))
two = st.builds(HdlcAddress, st.integers(0, 127), st.integers(0, 127), st.just(2))
four = st.builds(HdlcAddress, st.integers(0, 16_383), st.integers(0, 16_383), st.just(4))
controls = st.integers(0, 255).map(Control.from_byte)
frames = st.builds(Frame, one | two | four, one, controls, st.binary(max_size=300), st.booleans())


def _slow_crc(data):
    """The definition, bit by bit: x^16 + x^12 + x^5 + 1, reflected, preset and complemented."""
    crc = 0xFFFF
    for octet in data:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc ^ 0xFFFF


def test_check_value_of_the_fcs():
    assert fcs16(b"123456789") == 0x906E
    assert fcs_octets(b"123456789").hex() == "6e90"


@given(st.binary(max_size=200))
def test_fcs_is_the_definition(data):
    assert fcs16(data) == _slow_crc(data)


@given(frames)
def test_frames_survive(frame):
    assert decode_frame(frame.to_bytes()) == frame


@given(frames, st.data())
def test_one_wrong_bit_is_always_found(frame, data):
    raw = bytearray(frame.to_bytes())
    bit = data.draw(st.integers(8, len(raw) * 8 - 9))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(FrameError):
        decode_frame(bytes(raw))


@given(st.binary(max_size=64))
def test_noise_raises_nothing_but_frame_error(raw):
    with pytest.raises(FrameError):
        decode_frame(b"\x7e" + raw)


@pytest.mark.parametrize("octet", range(256))
def test_every_control_octet_survives(octet):
    assert Control.from_byte(octet).to_byte() == octet


@pytest.mark.parametrize(
    ("octet", "text"),
    [
        (0x93, "SNRM P/F=1"),
        (0x53, "DISC P/F=1"),
        (0x73, "UA P/F=1"),
        (0x1F, "DM P/F=1"),
        (0x97, "FRMR P/F=1"),
        (0x13, "UI P/F=1"),
        (0xBF, "XID P/F=1"),
        (0x11, "RR N(R)=0 P/F=1"),
        (0x35, "RNR N(R)=1 P/F=1"),
        (0x59, "REJ N(R)=2 P/F=1"),
        (0x32, "I N(S)=1 N(R)=1 P/F=1"),
        (0xFE, "I N(S)=7 N(R)=7 P/F=1"),
        (0xFF, "unknown 0xff"),
    ],
)
def test_names_of_control_octets(octet, text):
    assert str(Control.from_byte(octet)) == text


@pytest.mark.parametrize(
    ("address", "octets"),
    [
        (HdlcAddress(16), "21"),
        (HdlcAddress(1, 17, 2), "0223"),
        (HdlcAddress(1, 3875, 4), "00023c47"),
        (HdlcAddress(0x3FFF, 0x3FFF, 4), "fefefeff"),
        (HdlcAddress(0, 1, 2), "0003"),
    ],
)
def test_forms_of_an_address(address, octets):
    assert address.to_bytes().hex() == octets
    assert HdlcAddress.from_bytes(bytes.fromhex(octets)) == address


@pytest.mark.parametrize(
    "arguments", [(128,), (1, 2), (1, None, 2), (1, 1, 3), (1, 128, 2), (16_384, 1, 4), (-1,)]
)
def test_addresses_without_a_form(arguments):
    with pytest.raises(DlmsValueError):
        HdlcAddress(*arguments)


def test_broadcast_addresses():
    assert HdlcAddress(0x7F).is_broadcast
    assert HdlcAddress(0x3FFF, 0x3FFF, 4).is_broadcast
    assert HdlcAddress(1, 0x7F, 2).is_lower_broadcast
    assert not HdlcAddress(1, 17, 2).is_broadcast


def test_a_frame_too_long_is_refused():
    with pytest.raises(DlmsValueError, match="too long"):
        Frame(HdlcAddress(1), HdlcAddress(16), Control(Kind.UI), bytes(2050)).to_bytes()


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("a00703039300007e", "no-opening-flag"),
        ("7eb0070303938c117e", "bad-format-type"),
        ("7ea0060303938c117e", "bad-length"),
        ("7ea0080303938c117e", "bad-length"),
        ("7ea0070303938c1100", "no-closing-flag"),
        ("7ea0070303938c127e", "bad-fcs"),
        ("7ea0090002052193afd07e", "bad-address-size"),
        ("7ea00b0002040100219361807e", "bad-client-address"),
        ("7ea0", "bad-length"),
        ("7e", "bad-length"),
    ],
)
def test_faults_have_names(raw, fault):
    with pytest.raises(FrameError) as caught:
        decode_frame(bytes.fromhex(raw))
    assert caught.value.fault == fault


def test_a_wrong_hcs_under_a_good_fcs_has_its_own_name():
    raw = bytearray(Frame(HdlcAddress(1), HdlcAddress(16), Control(Kind.SNRM), b"\x81\x80\x00").to_bytes())
    raw[6] ^= 1
    raw[-3:-1] = fcs_octets(bytes(raw[1:-3]))
    with pytest.raises(FrameError) as caught:
        decode_frame(bytes(raw))
    assert caught.value.fault == "bad-hcs"


# ---------------------------------------------------------------- parameters

parameters = st.builds(
    LinkParameters, st.integers(1, 2030), st.integers(1, 2030), st.integers(1, 7), st.integers(1, 7)
)


@given(parameters)
def test_parameters_survive(values):
    assert decode_parameters(encode_parameters(values)) == values


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("", LinkParameters()),
        ("8180120501f80601f0070400000001080400000001", LinkParameters(248, 240, 1, 1)),
        ("818014050207ee060207ee070400000007080400000007", LinkParameters(2030, 2030, 7, 7)),
        ("81800c050180060180070101080101", LinkParameters(128, 128, 1, 1)),
        ("818003050140", LinkParameters(64, 128, 1, 1)),
        ("8180060901ff050140", LinkParameters(64, 128, 1, 1)),
        ("818006070400000063", LinkParameters(128, 128, 7, 1)),
    ],
)
def test_forms_of_parameters(raw, values):
    assert decode_parameters(bytes.fromhex(raw)) == values


@pytest.mark.parametrize(
    "raw", ["80", "8180", "8280120501f8", "818003050100", "8180040501f8", "81800305f8", "8180020500"]
)
def test_parameters_that_are_none(raw):
    with pytest.raises(DecodeError):
        decode_parameters(bytes.fromhex(raw))


@given(parameters, parameters)
def test_nobody_sends_more_than_the_other_takes(ours, theirs):
    agreed = negotiate(ours, theirs)
    assert agreed.max_info_tx <= min(ours.max_info_tx, theirs.max_info_rx)
    assert agreed.window_rx <= min(ours.window_rx, theirs.window_tx)
    check_parameters(agreed)


@pytest.mark.parametrize("values", [LinkParameters(0), LinkParameters(2031), LinkParameters(window_tx=8)])
def test_parameters_out_of_range(values):
    with pytest.raises(DlmsValueError):
        check_parameters(values)


def test_frmr_says_what_was_wrong():
    assert frmr_information(Control.from_byte(0xFF), 2, 3, FrmrReason.UNKNOWN_CONTROL).hex() == "ff6401"
