import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.explain import HexError, Layer, detect, explain, parse_hex
from protocols.dlms.explain.apdus import explain_apdu, shown_value
from protocols.dlms.explain.readings import readings
from protocols.dlms.explain.stream import BlockJoiner
from protocols.dlms.obis import Obis
from protocols.dlms.wrapper import encode_wpdu
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer

GET = bytes.fromhex("c001c100010100000200ff0200")
ENERGY = axdr.octet_string(Obis(1, 0, 1, 8, 0).to_bytes())
KILO = axdr.structure(axdr.integer(3), axdr.enum(30))


@given(st.binary(max_size=120), st.sampled_from([None, *Layer]), st.sampled_from(["es", "en"]))
def test_whatever_comes_never_raises(raw, layer, lang):
    result = explain([raw], layer, lang)
    assert result.frames or result.apdus or result.blocks or result.problems or len(raw.strip(b"\x7e")) == 0


@pytest.mark.parametrize(
    ("raw", "layer"),
    [
        ("7ea0070303938c117e", Layer.HDLC),
        (encode_wpdu(GET, source=16, destination=1).hex(), Layer.WRAPPER),
        (GET.hex(), Layer.APDU),
        ("e6e600" + GET.hex(), Layer.APDU),
        ("68fafa6853ff", Layer.MBUS),
        ("105b015c16", Layer.MBUS),
        ("105b015d16", Layer.MBUS),  # its checksum is wrong
        ("e5", Layer.MBUS),
        ("e5e5", Layer.MBUS),
        ("e568fafa6853ff", Layer.MBUS),
        ("e5c001", Layer.APDU),
        ("105b015c", Layer.APDU),
        ("105b015c17", Layer.APDU),
        ("68fafb6853ff", Layer.APDU),
        (b"/SIE5 TD3511\r\n".hex(), Layer.ASCII),
        ("0001001000010009c0", Layer.APDU),
        ("", Layer.APDU),
    ],
)
def test_layers_are_told_apart(raw, layer):
    assert detect(bytes.fromhex(raw)) is layer


@pytest.mark.parametrize("raw", [GET, b"\xe6\xe6\x00" + GET, encode_wpdu(GET, source=16, destination=1) * 2])
def test_one_request_in_every_wrapping(raw, find):
    result = explain([raw])
    assert result.error is None
    assert {tree["name"] for tree in result.apdus} == {"get-request-normal"}
    assert "firmware version" in find.values(result.apdus, "description")
    assert "Data" in find.values(result.apdus, "description")


def test_a_fault_says_what_and_at_which_byte():
    assert (
        explain([GET[:5]]).error
        == "the APDU does not decode: logical-name: needs 6 bytes, 0 remain (at byte 5)"
    )
    assert explain([b"\xe6\xe6\x00" + GET[:5]]).error.endswith("(at byte 8)")
    assert explain([encode_wpdu(GET, source=1, destination=2) + b"\x00"]).error.endswith("at byte 21")
    assert explain([GET[:5]], lang="es").error.startswith("la APDU no se decodifica")


def test_a_damaged_frame_is_shown_as_far_as_it_goes(find):
    result = explain([bytes.fromhex("7ea0070303938c127e")])
    assert result.error == "bad-fcs: frame: FCS is 8c12, computed 8c11 (at byte 6)"
    assert find.values(result.frames, "frame-format") == ["type 10, length 7"]


def test_a_retransmission_is_delivered_once(find):
    frame = bytes.fromhex("7ea01b0300023c4752d551e6e700c401c10009060100202000ff7e8c7e")
    result = explain([frame, frame])
    assert len(result.apdus) == 1
    assert "repeated" in find.values(result.frames, "note")[0]


def test_a_rejection_is_put_into_words(find):
    from protocols.dlms.hdlc.control import Control, Kind
    from protocols.dlms.hdlc.frame import Frame, HdlcAddress

    raw = Frame(HdlcAddress(16), HdlcAddress(1), Control(Kind.FRMR), bytes.fromhex("ff6401")).to_bytes()
    frames = explain([raw]).frames
    assert find.values(frames, "rejected-control") == ["unknown 0xff"]
    assert find.values(frames, "sequence-numbers") == ["V(S)=2 V(R)=3"]
    assert find.values(frames, "rejection-reason") == ["unknown control field"]


# ---------------------------------------------------------------- readings


def _found(body):
    return [
        (str(one.obis) if one.obis else None, one.data.python(), one.scaler, one.unit)
        for one in readings(body)
    ]


def test_layouts_of_pushed_bodies():
    value = axdr.double_long_unsigned(7)
    code = "1.0.1.8.0.255"
    assert _found(axdr.array(axdr.structure(ENERGY, value, KILO))) == [(code, 7, 3, 30)]
    assert _found(axdr.structure(ENERGY, value, KILO, ENERGY, value)) == [
        (code, 7, 3, 30),
        (code, 7, None, None),
    ]
    assert _found(axdr.structure(value, value)) == [(None, 7, None, None)] * 2
    assert _found(axdr.structure()) == []
    assert _found(value) == []


@pytest.mark.parametrize("itself", [True, False])
def test_a_push_object_list_names_the_values_and_gives_them_units(itself):
    setup = Obis(0, 0, 25, 9, 0)
    rows = ([(40, setup, 2)] if itself else []) + [(3, Obis(1, 0, 1, 8, 0), 2), (3, Obis(1, 0, 1, 8, 0), 3)]
    objects = axdr.array(
        *[
            axdr.structure(
                axdr.long_unsigned(kind),
                axdr.octet_string(obis.to_bytes()),
                axdr.integer(index),
                axdr.long_unsigned(0),
            )
            for kind, obis, index in rows
        ]
    )
    found = readings(axdr.structure(objects, axdr.double_long_unsigned(7), KILO))
    assert [(one.class_id, one.attribute, one.scaler, one.unit) for one in found] == [
        (3, 2, 3, 30),
        (3, 3, None, None),
    ]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (axdr.boolean(True), "true"),
        (axdr.null(), "null"),
        (axdr.octet_string(b"KFM_001"), "KFM_001"),
        (axdr.octet_string(b"\x00\x01"), "0001"),
        (
            axdr.octet_string(bytes.fromhex("07e1090f05052128ff800000")),
            "2017-09-15 05:33:40 dev=unspec status=00",
        ),
        (ENERGY, "1.0.1.8.0.255"),
        (axdr.structure(axdr.unsigned(1), axdr.visible_string("a")), "[1, a]"),
    ],
)
def test_values_for_people(data, shown):
    assert shown_value(data) == shown


def test_a_scaler_and_unit_that_were_asked_for_are_explained(find):
    tree = explain_apdu(bytes.fromhex("c401c10002020fff1623")).tree
    assert "V (volt)" in find.values([tree], "description")


def test_an_untagged_push_that_is_cut_is_an_error():
    explained = explain_apdu(bytes.fromhex("0f8000f1d5000202160101010202000100006001"))
    assert explained.error is not None


# ---------------------------------------------------------------- blocks


def _joined(*blocks):
    joiner = BlockJoiner()
    out = [joiner.take(GeneralBlockTransfer(last, True, 0, number, 0, data)) for number, last, data in blocks]
    return joiner, [one for one in out if one is not None]


def test_blocks_join_and_begin_again():
    joiner, out = _joined(
        (1, False, b"x"),
        (1, False, b"a"),
        (2, False, b"b"),
        (2, False, b"b"),
        (3, True, b"c"),
        (1, True, b"d"),
    )
    assert out == [b"abc", b"d"]
    assert joiner.notes == [("restart", 1), ("duplicate", 2)]
    assert joiner.problem is None


def test_a_gap_spoils_until_the_next_first_block():
    joiner, out = _joined((1, False, b"a"), (3, True, b"c"), (2, False, b"b"))
    assert (out, joiner.problem) == ([], (3, 2))


# ---------------------------------------------------------------- hexadecimal


@pytest.mark.parametrize("text", ["c0 01", "C001", "0xC0 0x01", "c0:01", " c0\n01\t", "c0-01", "0xc001"])
def test_ways_to_write_hexadecimal(text):
    assert parse_hex(text) == b"\xc0\x01"


@pytest.mark.parametrize(
    ("text", "place"), [("", "byte 0"), ("c00", "byte 1"), ("c0zz", "byte 1"), ("hello", "byte 0")]
)
def test_text_that_is_not_hexadecimal(text, place):
    with pytest.raises(HexError) as caught:
        parse_hex(text)
    assert place in caught.value.english
    assert place in caught.value.spanish
