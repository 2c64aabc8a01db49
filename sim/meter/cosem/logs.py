"""Class 7 over the event logs and over excursions of the voltage: clock and code, or clock and size."""

from collections.abc import Callable, Sequence

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.enumerations import SortMethod
from protocols.dlms.cosem.selection import CaptureObject
from protocols.dlms.obis import Obis
from sim.meter.cosem.bound import MODULUS, TYPES, Bound, getter, scaled
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.profiles import CLOCK, Column, Table
from sim.meter.events import LogKind
from sim.meter.load_profile import ProfileRow
from sim.meter.profile import ObjectTerms
from sim.meter.readings import THOUSANDTHS


def fixed_table(table: Table, capacity: int) -> Bound:
    """A class 7 object that is captured by event and whose columns never change."""
    captures = axdr.array(*(item.to_data() for item in table.captures))
    return Bound(
        {
            2: table.read,
            3: getter(lambda: captures),
            4: getter(lambda: axdr.double_long_unsigned(0)),
            5: getter(lambda: axdr.enum(SortMethod.FIFO)),
            6: getter(CLOCK.to_data),
            7: getter(lambda: axdr.double_long_unsigned(len(table.rows()))),
            8: getter(lambda: axdr.double_long_unsigned(capacity)),
        }
    )


def _clock_column() -> Column:
    return Column(CLOCK, axdr.double_long_unsigned)  # the table shows the instant itself


def bind_event_log(live: LiveParts, row: ObjectTerms) -> Bound:
    """One event log: the clock and the event code."""
    kind = LogKind(row.options["log"])
    events, zone = live.parts.events, live.parts.zone
    code = CaptureObject(1, Obis.from_string(row.options["code"]), 2)
    table = Table(
        lambda: [ProfileRow(entry.epoch_us, (0, int(entry.code))) for entry in events.entries_of(kind)],
        (_clock_column(), Column(code, axdr.unsigned)),
        zone.octets,
        live.profile.deviation_minutes,
    )

    def reset(_parameter: Data | None) -> None:
        events.clear(kind, live.parts.clock.epoch_us)
        live.requests.changed()

    bound = fixed_table(table, events.capacity)
    return Bound(bound.getters, methods={1: reset})


def bind_excursions(live: LiveParts, row: ObjectTerms) -> Bound:
    """One log of excursions: when it ended, its worst value and its duration."""
    watch = live.parts.quality.watches[row.options["watch"]]
    magnitude, duration = (
        CaptureObject(3, Obis.from_string(row.options[name]), 2) for name in ("magnitude", "duration")
    )

    def rows() -> Sequence[ProfileRow]:
        return [ProfileRow(end_us, (0, worst, duration_ms)) for end_us, duration_ms, worst in watch.ring.rows]

    table = Table(
        rows,
        (_clock_column(), Column(magnitude, _size(row)), Column(duration, _milliseconds)),
        live.parts.zone.octets,
        live.profile.deviation_minutes,
    )
    return fixed_table(table, watch.ring.capacity)


def _size(row: ObjectTerms) -> Callable[[int], Data]:
    make, scaler = TYPES[row.options["type"]], row.options["scaler"]
    return lambda value: make(scaled(value, THOUSANDTHS, scaler))


def _milliseconds(duration_ms: int) -> Data:
    return axdr.double_long_unsigned(min(duration_ms, MODULUS["double-long-unsigned"] - 1))
