"""Further checks on the clock: it takes a time, in local time, in UTC and without a zone, and gives it back.

Source: GXDLMSDirector's extra checks, by their purpose; the words and the stimuli are ours
"""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import Dialogue
from conformance.bench.object_list import listed
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis

CLAUSE = pytest.mark.clause("dlms-yb", "EXTRA_CLOCK", level="should")

CLOCK = Obis.from_string("0.0.1.0.0")
_CLOCK_CLASS, _TIME, _ZONE = 8, 2, 3
_BEGIN, _END, _SAVING, _ENABLED = 5, 6, 7, 8
#: Daylight saving all the year round, day of the week, deviation and status not specified.
_ALL_YEAR = tuple(map(bytes.fromhex, ("ffff0101ff00000000800000", "ffff0c1fff173b3b00800000")))
_DAYLIGHT = 0x80
_STATUS_OCTET = 11
_SHIFT_METHOD = 6
_TOLERANCE_S = 3.0
_AHEAD = timedelta(minutes=2)
_SHIFT_S = 90
_HOUR_MINUTES = 60


@case(
    id="dlms/EXTRA_CLOCK/set",
    title=Message("Set the clock"),
    stimulus=Message(
        "Write a time two minutes ahead: with the meter's deviation, in UTC, and without "
        "deviation; then the right one."
    ),
    requirement=Message("The time is taken and reads back; in the end the clock is right."),
)
@CLAUSE
@pytest.mark.needs("association:reader", "clock")
def test_set(bench: Bench) -> None:
    with _clock(bench) as (dialogue, zone_minutes):
        for name, deviation in (("local", zone_minutes), ("UTC", 0), ("—", None)):
            wanted = bench.utc() + _AHEAD
            stamp = CosemDateTime.from_utc(wanted, zone_minutes if deviation is None else deviation)
            _write(dialogue, stamp.to_bytes() if deviation is not None else _undefined(stamp))
            _check_time(bench, dialogue, wanted, name)


@case(
    id="dlms/EXTRA_CLOCK/shift",
    title=Message("Shift the clock"),
    stimulus=Message("Move the clock 90 s ahead by shift_time, and back again."),
    requirement=Message("The clock moves by as much."),
)
@CLAUSE
@pytest.mark.needs("association:reader", "clock")
def test_shift(bench: Bench) -> None:
    with _clock(bench, method=_SHIFT_METHOD) as (dialogue, _):
        for seconds in (_SHIFT_S, -_SHIFT_S):
            before_s = (_read(dialogue) - bench.utc()).total_seconds()
            dialogue.session.action(_CLOCK_CLASS, CLOCK, _SHIFT_METHOD, axdr.long(seconds))
            moved_s = (_read(dialogue) - bench.utc()).total_seconds() - before_s
            bench.measure("moved", f"{moved_s:.1f}", "s")
            bench.check(
                abs(moved_s - seconds) <= _TOLERANCE_S,
                Message(
                    "it moved by {moved_s:.0f} s ({seconds} s were asked for)",
                    moved_s=moved_s,
                    seconds=seconds,
                ),
            )


@case(
    id="dlms/EXTRA_CLOCK/daylight",
    title=Message("Daylight saving"),
    stimulus=Message(
        "Set daylight saving for the whole year, enable and disable it, reading each time; "
        "then what was before."
    ),
    requirement=Message(
        "Enabled, local time, its deviation and its status change by as much, and the instant is the same."
    ),
)
@CLAUSE
@pytest.mark.needs("association:management", "clock")
def test_daylight(bench: Bench) -> None:
    with _settings(bench, _BEGIN, _END, _ENABLED) as dialogue:
        zone, saving = (dialogue.integer(_CLOCK_CLASS, str(CLOCK), index) for index in (_ZONE, _SAVING))
        for index, edge in zip((_BEGIN, _END), _ALL_YEAR, strict=True):
            dialogue.session.set(_CLOCK_CLASS, CLOCK, index, axdr.octet_string(edge))
        for enabled in (True, False):
            dialogue.session.set(_CLOCK_CLASS, CLOCK, _ENABLED, axdr.boolean(enabled))
            read_back = dialogue.get(_CLOCK_CLASS, str(CLOCK), _ENABLED).value
            bench.check(read_back is enabled, Message("enabled: {enabled}", enabled=enabled))
            raw = dialogue.octets(_CLOCK_CLASS, str(CLOCK), _TIME)
            _check_deviation(bench, raw, zone - (saving if enabled else 0))
            shown = bool(raw[_STATUS_OCTET] & _DAYLIGHT)
            bench.check(shown is enabled, Message("the status says so: {shown}", shown=shown))
            _check_time(bench, dialogue, bench.utc(), f"enabled={enabled}")


@case(
    id="dlms/EXTRA_CLOCK/zone",
    title=Message("Change of the time zone"),
    stimulus=Message("Write the deviation one hour larger, read, and set the former one back."),
    requirement=Message("The deviation reads as written, the time carries it, and the instant is the same."),
)
@CLAUSE
@pytest.mark.needs("association:management", "clock")
def test_zone(bench: Bench) -> None:
    with _settings(bench, _ZONE) as dialogue:
        wanted = dialogue.integer(_CLOCK_CLASS, str(CLOCK), _ZONE) + _HOUR_MINUTES
        dialogue.session.set(_CLOCK_CLASS, CLOCK, _ZONE, axdr.long(wanted))
        found = dialogue.integer(_CLOCK_CLASS, str(CLOCK), _ZONE)
        bench.check(found == wanted, Message("the deviation is {found}", found=found))
        _check_deviation(bench, dialogue.octets(_CLOCK_CLASS, str(CLOCK), _TIME), wanted)
        _check_time(bench, dialogue, bench.utc(), "zone")


@contextmanager
def _settings(bench: Bench, *attributes: int) -> Iterator[Dialogue]:
    """The management association, which may set these attributes; they are as before afterwards.

    Raises:
        CaseNotApplicable: it may not set them.
    """
    with listed(bench, "management") as (dialogue, objects):
        clock = next((item for item in objects if item.obis == CLOCK), None)
        if clock is None or not all(clock.writable(index) for index in attributes):
            raise bench.not_applicable(Message("the association may not change it"))
        before = {index: dialogue.get(_CLOCK_CLASS, str(CLOCK), index) for index in attributes}
        try:
            yield dialogue
        finally:
            for index, data in before.items():
                dialogue.session.set(_CLOCK_CLASS, CLOCK, index, data)


def _check_deviation(bench: Bench, raw: bytes, due_minutes: int) -> None:
    seen = int.from_bytes(raw[9:11], "big", signed=True)
    bench.check(
        seen == due_minutes,
        Message("the time carries the deviation {due_minutes} ({seen})", due_minutes=due_minutes, seen=seen),
    )


@contextmanager
def _clock(bench: Bench, method: int | None = None) -> Iterator[tuple[Dialogue, int]]:
    """An association that may do it, the clock's zone; the clock is set right afterwards.

    Raises:
        CaseNotApplicable: the association may not.
    """
    with listed(bench, "reader") as (dialogue, objects):
        clock = next((item for item in objects if item.obis == CLOCK), None)
        allowed = clock is not None and clock.writable(_TIME) and (method is None or clock.callable(method))
        if not allowed:
            raise bench.not_applicable(Message("the association may not set the clock"))
        zone_minutes = dialogue.integer(_CLOCK_CLASS, str(CLOCK), _ZONE)
        try:
            yield dialogue, zone_minutes
        finally:
            _write(dialogue, CosemDateTime.from_utc(bench.utc(), zone_minutes).to_bytes())
        _check_time(bench, dialogue, bench.utc(), "=")


def _write(dialogue: Dialogue, raw: bytes) -> None:
    dialogue.session.set(_CLOCK_CLASS, CLOCK, _TIME, axdr.octet_string(raw))


def _read(dialogue: Dialogue) -> datetime:
    return CosemDateTime.from_bytes(dialogue.octets(_CLOCK_CLASS, str(CLOCK), _TIME)).to_utc()


def _undefined(stamp: CosemDateTime) -> bytes:
    """The same local time with its deviation not specified."""
    raw = stamp.to_bytes()
    return raw[:9] + b"\x80\x00" + raw[11:]


def _check_time(bench: Bench, dialogue: Dialogue, wanted: datetime, name: str) -> None:
    ahead_s = (_read(dialogue) - wanted).total_seconds()
    bench.measure(f"{name}: off by", f"{ahead_s:.1f}", "s")
    bench.check(
        abs(ahead_s) <= _TOLERANCE_S,
        Message("{name}: the time written reads back ({ahead_s:+.1f} s)", name=name, ahead_s=ahead_s),
    )
