import math
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag, TypeDescription
from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.reader import Trace

_RANGES = {
    DataTag.DOUBLE_LONG: (-(2**31), 2**31 - 1),
    DataTag.DOUBLE_LONG_UNSIGNED: (0, 2**32 - 1),
    DataTag.BCD: (0, 255),
    DataTag.INTEGER: (-128, 127),
    DataTag.LONG: (-(2**15), 2**15 - 1),
    DataTag.UNSIGNED: (0, 255),
    DataTag.LONG_UNSIGNED: (0, 2**16 - 1),
    DataTag.LONG64: (-(2**63), 2**63 - 1),
    DataTag.LONG64_UNSIGNED: (0, 2**64 - 1),
    DataTag.ENUM: (0, 255),
    DataTag.DELTA_INTEGER: (-128, 127),
    DataTag.DELTA_LONG: (-(2**15), 2**15 - 1),
    DataTag.DELTA_DOUBLE_LONG: (-(2**31), 2**31 - 1),
    DataTag.DELTA_UNSIGNED: (0, 255),
    DataTag.DELTA_LONG_UNSIGNED: (0, 2**16 - 1),
    DataTag.DELTA_DOUBLE_LONG_UNSIGNED: (0, 2**32 - 1),
}
_SIMPLE = {
    **{tag: st.integers(low, high) for tag, (low, high) in _RANGES.items()},
    DataTag.NULL: st.none(),
    DataTag.DONT_CARE: st.none(),
    DataTag.BOOLEAN: st.booleans(),
    DataTag.BIT_STRING: st.text("01", max_size=300),
    DataTag.OCTET_STRING: st.binary(max_size=300),
    DataTag.VISIBLE_STRING: st.text(st.characters(max_codepoint=255), max_size=200),
    DataTag.UTF8_STRING: st.text(max_size=100),
    DataTag.FLOATING_POINT: st.floats(width=32, allow_nan=False),
    DataTag.FLOAT32: st.floats(width=32, allow_nan=False),
    DataTag.FLOAT64: st.floats(allow_nan=False),
    DataTag.DATE_TIME: st.binary(min_size=12, max_size=12),
    DataTag.DATE: st.binary(min_size=5, max_size=5),
    DataTag.TIME: st.binary(min_size=4, max_size=4),
}
_leaves = st.sampled_from(sorted(_SIMPLE)).flatmap(
    lambda tag: _SIMPLE[tag].map(lambda value: Data(tag, value))
)


@st.composite
def _compact_arrays(draw):
    """A description of sized types, and elements that follow it."""
    tags = [tag for tag in sorted(_SIMPLE) if tag not in (DataTag.NULL, DataTag.DONT_CARE)]
    simple = st.sampled_from(tags).map(TypeDescription)
    types = draw(st.lists(simple, min_size=1, max_size=3))
    inner = TypeDescription(DataTag.ARRAY, draw(st.integers(0, 3)), (types[0],))
    description = TypeDescription(DataTag.STRUCTURE, None, (*types, inner))

    def element(kind):
        if kind.tag is DataTag.ARRAY:
            return axdr.array(*[element(kind.elements[0]) for _ in range(kind.count)])
        if kind.tag is DataTag.STRUCTURE:
            return axdr.structure(*[element(one) for one in kind.elements])
        return Data(kind.tag, draw(_SIMPLE[kind.tag]))

    return axdr.compact_array(description, *[element(description) for _ in range(draw(st.integers(0, 3)))])


_data = st.recursive(
    _leaves | _compact_arrays(),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: axdr.array(*items))
        | st.lists(inner, max_size=4).map(lambda items: axdr.structure(*items))
    ),
    max_leaves=12,
)


@given(_data)
def test_what_is_encoded_decodes_to_the_same(data):
    assert axdr.decode(axdr.encode(data)) == data
    trace = Trace()
    assert axdr.decode(axdr.encode(data), trace) == data
    assert trace.nodes[0].raw == axdr.encode(data)


@given(st.binary(max_size=200))
def test_noise_raises_nothing_but_decode_error(raw):
    with suppress(DecodeError):
        axdr.decode(raw)


def test_every_tag_is_covered_by_the_round_trip():
    assert set(_SIMPLE) | {DataTag.ARRAY, DataTag.STRUCTURE, DataTag.COMPACT_ARRAY} == set(DataTag)


@pytest.mark.parametrize(
    ("raw", "data"),
    [
        ("0404a0", axdr.bit_string("1010")),
        ("0300", axdr.boolean(False)),
        ("0301", axdr.boolean(True)),
        ("0900", axdr.octet_string(b"")),
        ("0f80", axdr.integer(-128)),
        ("10ff4c", axdr.long(-180)),
        ("161e", axdr.enum(30)),
        ("1741100000", axdr.float32(9.0)),
        ("020209010106000000ff", axdr.structure(axdr.octet_string(b"\x01"), axdr.double_long_unsigned(255))),
        (
            "130202111206010102020304",
            axdr.compact_array(
                TypeDescription(
                    DataTag.STRUCTURE,
                    None,
                    (TypeDescription(DataTag.UNSIGNED), TypeDescription(DataTag.LONG_UNSIGNED)),
                ),
                axdr.structure(axdr.unsigned(1), axdr.long_unsigned(0x0102)),
                axdr.structure(axdr.unsigned(2), axdr.long_unsigned(0x0304)),
            ),
        ),
    ],
)
def test_golden_octets(raw, data):
    assert axdr.encode(data).hex() == raw
    assert axdr.decode(bytes.fromhex(raw)) == data


def test_any_octet_but_zero_is_true():
    assert axdr.decode(b"\x03\xff") == axdr.boolean(True)


def test_long_strings_use_the_long_form_of_the_length():
    assert axdr.encode(axdr.octet_string(bytes(128))).startswith(bytes.fromhex("098180"))
    assert axdr.encode(axdr.bit_string("1" * 300)).startswith(bytes.fromhex("0482012c"))


@pytest.mark.parametrize(
    "bomb",
    [
        bytes.fromhex("0201") * 5_000 + b"\x00",
        bytes.fromhex("13") + bytes.fromhex("0201") * 5_000 + b"\x11",
        bytes.fromhex("1301ffff") + bytes.fromhex("01ffff") * 20 + b"\x11" + b"\x01\x00",
        bytes.fromhex("1301ffff01ffff000101"),
        bytes.fromhex("1300020000"),
        bytes.fromhex("0184ffffffff00"),
        bytes.fromhex("0484ffffffff00"),
    ],
)
def test_bombs_are_refused(bomb):
    with pytest.raises(DecodeError):
        axdr.decode(bomb)


@pytest.mark.parametrize("depth", [1, axdr.MAX_DEPTH])
def test_nesting_up_to_the_limit_is_read(depth):
    assert axdr.decode(bytes.fromhex("0201") * depth + b"\x00").tag is DataTag.STRUCTURE


@pytest.mark.parametrize(
    "data",
    [
        axdr.unsigned(256),
        axdr.unsigned(-1),
        axdr.long64(2**63),
        Data(DataTag.UNSIGNED, "7"),
        Data(DataTag.UNSIGNED, True),
        Data(DataTag.UNSIGNED, 1.5),
        axdr.float32(1e300),
        axdr.bit_string("012"),
        Data(DataTag.BIT_STRING, 3),
        Data(DataTag.OCTET_STRING, "text"),
        axdr.visible_string("€"),
        Data(DataTag.VISIBLE_STRING, b"raw"),
        axdr.date_time(b"short"),
        Data(DataTag.NULL, 0),
        Data(DataTag.BOOLEAN, 1),
        Data(DataTag.ARRAY, None),
        Data(DataTag.COMPACT_ARRAY, None),
        axdr.compact_array(TypeDescription(DataTag.COMPACT_ARRAY)),
        axdr.compact_array(TypeDescription(DataTag.ARRAY)),
        axdr.compact_array(TypeDescription(DataTag.UNSIGNED), axdr.long(1)),
        axdr.compact_array(TypeDescription(DataTag.STRUCTURE), axdr.structure(axdr.null())),
    ],
)
def test_values_that_do_not_fit_are_refused(data):
    with pytest.raises(DlmsValueError):
        axdr.encode(data)


@pytest.mark.parametrize("raw", ["", "08", "0b", "22", "06000000", "0c01ff", "0000", "13130100"])
def test_bad_octets(raw):
    with pytest.raises(DecodeError):
        axdr.decode(bytes.fromhex(raw))


def test_not_a_number_survives():
    value = axdr.decode(axdr.encode(axdr.float64(math.nan))).value
    assert isinstance(value, float)
    assert struct.pack(">d", value) == struct.pack(">d", math.nan)


def test_python_drops_the_tags():
    data = axdr.structure(axdr.unsigned(1), axdr.array(axdr.visible_string("a")), axdr.null())
    assert data.python() == [1, ["a"], None]
