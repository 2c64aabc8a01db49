"""How fast a day of load profile becomes typed rows: 96 rows of a clock and four registers of 32 bits.

The yardstick is a bare `struct.iter_unpack` of the same octets into tuples: no tag is looked at and no
instant made of it, so nothing that decodes can be as fast. Target: 5000 profiles/s on one core; peers do
240 to 1100.

Run: ``tox -e bench``, or ``pytest benchmarks/dlms``.
"""

import struct
from datetime import UTC, datetime, timedelta

import pytest

from protocols.dlms import axdr
from protocols.dlms.axdr import DataTag, TypeDescription
from protocols.dlms.cosem.selection import CaptureObject
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis
from protocols.dlms.profile_rows import Column, Profile, decode_rows, rows_from_data

ROWS, REGISTERS, PERIOD_S = 96, 4, 900
START = datetime(2026, 1, 1, 5, 15, tzinfo=UTC)
CLOCK = Column(CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2))
COLUMNS = [
    CLOCK,
    *(Column(CaptureObject(3, Obis.from_string(f"1.0.{c}.8.0"), 2), 0, 30) for c in range(1, 1 + REGISTERS)),
]
#: tags and lengths passed over
BARE = struct.Struct(">4xHBBBBBBBhBxIxIxIxI")


def _rows() -> list[axdr.Data]:
    return [
        axdr.structure(
            axdr.octet_string(CosemDateTime.from_utc(START + timedelta(seconds=PERIOD_S * row)).to_bytes()),
            *(axdr.double_long_unsigned(1_000_000 + 1000 * row + register) for register in range(REGISTERS)),
        )
        for row in range(ROWS)
    ]


@pytest.fixture(scope="module")
def buffer() -> bytes:
    """The buffer as it comes from a meter."""
    return axdr.encode(axdr.array(*_rows()))


def test_yardstick_bare_struct(benchmark, buffer):
    rows = benchmark(lambda: list(BARE.iter_unpack(buffer[2:])))
    assert len(rows) == ROWS


def test_compiled_rows(benchmark, buffer):
    rows = benchmark(decode_rows, buffer, COLUMNS, period_s=PERIOD_S)
    assert len(rows) == ROWS
    assert rows[0].time == START


def test_compiled_rows_in_units(benchmark, buffer):
    def decode() -> list[object]:
        profile = Profile(tuple(COLUMNS[1:]), decode_rows(buffer, COLUMNS, period_s=PERIOD_S), PERIOD_S)
        return list(profile.quantities())

    assert len(benchmark(decode)) == ROWS


def test_compiled_compact_array(benchmark):
    elements = (DataTag.OCTET_STRING, *(DataTag.DOUBLE_LONG_UNSIGNED,) * REGISTERS)
    kind = TypeDescription(DataTag.STRUCTURE, elements=tuple(TypeDescription(tag) for tag in elements))
    raw = axdr.encode(axdr.compact_array(kind, *_rows()))
    assert len(benchmark(decode_rows, raw, COLUMNS, period_s=PERIOD_S)) == ROWS


def test_generic_rows(benchmark, buffer):
    def decode() -> tuple[object, ...]:
        return rows_from_data(axdr.decode(buffer), COLUMNS, period_s=PERIOD_S, deviation_minutes=300)

    assert len(benchmark(decode)) == ROWS
