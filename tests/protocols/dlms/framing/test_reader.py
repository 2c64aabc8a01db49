from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.axdr import encode_length
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader, Trace


def test_numbers_are_big_endian_and_signed_where_named():
    reader = Reader(bytes.fromhex("fffffefffffffdfffffffffffffffc0102030405060708090a0b0c0d0e0f"))
    assert [reader.i8("a"), reader.i16("b"), reader.i32("c"), reader.i64("d")] == [-1, -2, -3, -4]
    assert [reader.u8("a"), reader.u16("b"), reader.u32("c"), reader.u64("d")] == [
        1,
        0x203,
        0x04050607,
        0x08090A0B0C0D0E0F,
    ]
    reader.expect_end()


def test_short_data_says_what_is_missing_and_where():
    reader = Reader(b"\x01\x02\x03")
    reader.u8("tag")
    with pytest.raises(DecodeError, match="class-id: needs 4 bytes, 2 remain") as caught:
        reader.u32("class-id")
    assert caught.value.position == 1


def test_bytes_too_many_are_an_error():
    with pytest.raises(DecodeError, match="2 bytes too many"):
        Reader(b"\x01\x02").expect_end("apdu")


@given(st.integers(0, 2**32 - 1))
def test_lengths_survive(length):
    assert Reader(encode_length(length)).length(bounded=False) == length


@pytest.mark.parametrize(
    ("raw", "length"), [("05", 5), ("7f", 127), ("8180", 128), ("83010000", 65_536), ("820005", 5)]
)
def test_known_forms_of_length(raw, length):
    assert Reader(bytes.fromhex(raw)).length(bounded=False) == length


@pytest.mark.parametrize("raw", ["80", "85", "ff", "8200", "05", ""])
def test_bad_lengths(raw):
    with pytest.raises(DecodeError):
        Reader(bytes.fromhex(raw)).length()


def test_within_holds_reads_inside_and_must_be_read_up():
    reader = Reader(b"\x01\x02\x03\x04")
    with reader.within(2, "part"):
        assert reader.remaining == 2
        assert reader.rest("content") == b"\x01\x02"
        assert reader.peek_u8() is None
    assert reader.u16("tail") == 0x0304

    reader = Reader(b"\x01\x02\x03\x04")
    with pytest.raises(DecodeError, match="part: 1 bytes too many"), reader.within(2, "part"):
        reader.u8("only")
    with pytest.raises(DecodeError, match="part"):
        reader.within(9, "part")


def test_trace_nests_groups_and_keeps_the_octets():
    trace = Trace()
    reader = Reader(bytes.fromhex("c00107"), trace)
    with reader.group("request") as group:
        reader.u8("tag")
        with reader.group("body") as body:
            reader.u16("number")
            body.value = "seen"
        group.value = b"\xaa"
    assert trace.tree() == [
        {
            "name": "request",
            "value": "aa",
            "hex": "c00107",
            "children": [
                {"name": "tag", "value": 0xC0, "hex": "c0", "children": []},
                {
                    "name": "body",
                    "value": "seen",
                    "hex": "0107",
                    "children": [{"name": "number", "value": 0x107, "hex": "0107", "children": []}],
                },
            ],
        }
    ]


def test_trace_keeps_what_was_read_before_a_fault():
    trace = Trace()
    reader = Reader(b"\x01", trace)
    with suppress(DecodeError), reader.group("outer"):
        reader.u8("good")
        reader.u8("missing")
    assert [child.name for child in trace.nodes[0].children] == ["good"]
