"""Classes 8, 9, 10 and 22: the clock, scripts, and when they run by the clock.

The clock shows local time with the deviation of its place and daylight saving.
"""

from dataclasses import dataclass

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.enumerations import ClockBase
from protocols.dlms.cosem.objects import AccessError, Getter, Invoker, constant
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis
from sim.meter.clock.device_clock import from_epoch_us
from sim.meter.clock.schedules import ScheduleEntry, ScriptAction
from sim.meter.cosem.binding import Bound, boolean, elements, getter, instant_us, must, number, octets
from sim.meter.cosem.requests import LiveParts
from sim.meter.profile import ObjectTerms

# ------------------------------------------------------------ class 8

QUARTER_S = 900
MINUTE_S = 60
LARGEST_SHIFT_S = 900


@dataclass(slots=True)
class _Preset:
    """A time that may be taken over while the clock shows one between two others."""

    to_us: int = 0
    from_us: int = 0
    until_us: int = -1


def bind_clock(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Time and daylight saving, which can be set; the adjustments."""
    zone, requests = live.parts.zone, live.requests

    def set_time(value: Data) -> None:
        deviation = zone.deviation_minutes(live.parts.clock.epoch_us)
        requests.set_clock(CosemDateTime.from_bytes(octets(value)).to_utc(deviation))

    def shift(parameter: Data | None) -> None:
        if abs(number(parameter)) > LARGEST_SHIFT_S:
            raise AccessError(ActionResult.OTHER_REASON)
        requests.shift_clock(number(parameter))

    def change(**values: object) -> None:
        zone.change(**values)
        requests.tariff_changed()

    return Bound(
        _getters(live),
        setters={
            2: set_time,
            3: lambda value: change(deviation_minutes=number(value)),
            5: lambda value: change(begin=_date_time(value)),
            6: lambda value: change(end=_date_time(value)),
            7: lambda value: change(saving_minutes=number(value)),
            8: lambda value: change(enabled=boolean(value)),
        },
        methods={
            1: lambda _parameter: requests.adjust_clock(QUARTER_S),
            2: lambda _parameter: requests.adjust_clock(live.parts.load_profile.period_s or QUARTER_S),
            3: lambda _parameter: requests.adjust_clock(MINUTE_S),
            6: shift,
            **_preset_methods(live),
        },
    )


def _getters(live: LiveParts) -> dict[int, Getter]:
    clock, zone = live.parts.clock, live.parts.zone
    return {
        2: getter(lambda: axdr.octet_string(zone.octets(clock.epoch_us))),
        3: getter(lambda: axdr.long(zone.terms.deviation_minutes)),
        4: getter(lambda: axdr.unsigned(zone.status(clock.epoch_us))),
        5: getter(lambda: axdr.octet_string(bytes.fromhex(zone.terms.begin))),
        6: getter(lambda: axdr.octet_string(bytes.fromhex(zone.terms.end))),
        7: getter(lambda: axdr.integer(zone.terms.saving_minutes)),
        8: getter(lambda: axdr.boolean(zone.terms.enabled)),
        9: constant(axdr.enum(ClockBase.INTERNAL_CRYSTAL)),
    }


def _preset_methods(live: LiveParts) -> dict[int, Invoker]:
    """Methods 4 and 5; what was preset is forgotten with the power."""
    preset = _Preset()

    def take_over(_parameter: Data | None) -> None:
        if not preset.from_us <= live.parts.clock.epoch_us <= preset.until_us:
            raise AccessError(ActionResult.TEMPORARY_FAILURE)
        live.requests.set_clock(from_epoch_us(preset.to_us))
        preset.until_us = preset.from_us - 1

    def set_preset(parameter: Data | None) -> None:
        deviation = live.profile.deviation_minutes
        instants = [instant_us(item, deviation) for item in elements(parameter, 3)]
        to_us, from_us, until_us = instants
        if to_us is None or from_us is None or until_us is None:
            raise AccessError(ActionResult.OTHER_REASON)
        preset.to_us, preset.from_us, preset.until_us = to_us, from_us, until_us

    return {4: take_over, 5: set_preset}


def _date_time(value: Data) -> str:
    """Twelve octets, checked, as the zone keeps them."""
    raw = octets(value)
    try:
        return CosemDateTime.from_bytes(raw).to_bytes().hex()
    except ValueError as error:
        raise AccessError(DataAccessResult.TYPE_UNMATCHED) from error


# ------------------------------------------------------------ classes 9, 10 and 22

_MOST_TIMES = 32
_MOST_ENTRIES = 128
_KINDS = range(1, 6)


def bind_scripts(live: LiveParts, row: ObjectTerms) -> Bound:
    """Class 9; the scripts are those of the profile."""
    name = Obis.from_string(row.obis).to_bytes()
    scripts = live.profile.rows.scripts[name]

    def execute(parameter: Data | None) -> None:
        script = number(parameter)
        if script not in scripts:
            raise AccessError(ActionResult.OTHER_REASON)
        must(live.requests.run_script(name, script))

    listed = (
        axdr.structure(axdr.long_unsigned(script), axdr.array(*(_action(action) for action in actions)))
        for script, actions in scripts.items()
    )
    return Bound({2: constant(axdr.array(*listed))}, methods={1: execute})


def _action(action: ScriptAction) -> Data:
    return axdr.structure(
        axdr.enum(action.service),
        axdr.long_unsigned(action.class_id),
        axdr.octet_string(action.logical_name),
        axdr.integer(action.index),
        axdr.decode(action.parameter),
    )


def bind_single_action(live: LiveParts, row: ObjectTerms) -> Bound:
    """Class 22: script, type and times, all of which can be set."""
    name = Obis.from_string(row.obis).to_bytes()
    actions = live.parts.single_actions

    def change(**values: object) -> None:
        actions.change(name, **values)
        live.requests.changed()

    def set_script(value: Data) -> None:
        script, selector = elements(value, 2)
        change(script=Obis.from_bytes(octets(script)).to_bytes(), selector=number(selector))

    def set_kind(value: Data) -> None:
        if number(value) not in _KINDS:
            raise AccessError(DataAccessResult.OTHER_REASON)
        change(kind=number(value))

    def set_times(value: Data) -> None:
        rows = [elements(item, 2) for item in elements(value)]
        if len(rows) > _MOST_TIMES:
            raise AccessError(DataAccessResult.OTHER_REASON)
        change(times=tuple((octets(hour), octets(day)) for hour, day in rows))

    def script() -> Data:
        item = actions.items[name]
        return axdr.structure(axdr.octet_string(item.script), axdr.long_unsigned(item.selector))

    def times() -> Data:
        return axdr.array(
            *(
                axdr.structure(axdr.octet_string(hour), axdr.octet_string(day))
                for hour, day in actions.items[name].times
            )
        )

    return Bound(
        {2: getter(script), 3: getter(lambda: axdr.enum(actions.items[name].kind)), 4: getter(times)},
        {2: set_script, 3: set_kind, 4: set_times},
    )


def bind_schedule(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Class 10."""
    schedule = live.parts.schedule

    def set_entries(value: Data) -> None:
        found = {entry.index: entry for entry in map(_entry, elements(value))}
        if len(found) > _MOST_ENTRIES:
            raise AccessError(DataAccessResult.OTHER_REASON)
        schedule.entries = found
        live.requests.changed()

    def enable_disable(parameter: Data | None) -> None:
        off_first, off_last, on_first, on_last = (number(item) for item in elements(parameter, 4))
        schedule.enable(off_first, off_last, enabled=False)
        schedule.enable(on_first, on_last, enabled=True)
        live.requests.changed()

    def insert(parameter: Data | None) -> None:
        entry = _entry(parameter)
        if len(schedule.entries) >= _MOST_ENTRIES and entry.index not in schedule.entries:
            raise AccessError(ActionResult.TEMPORARY_FAILURE)
        schedule.insert(entry)
        live.requests.changed()

    def delete(parameter: Data | None) -> None:
        first, last = (number(item) for item in elements(parameter, 2))
        schedule.delete(first, last)
        live.requests.changed()

    def entries() -> Data:
        return axdr.array(*(_entry_data(entry) for _, entry in sorted(schedule.entries.items())))

    return Bound({2: getter(entries)}, {2: set_entries}, {1: enable_disable, 2: insert, 3: delete})


def _entry(data: Data | None) -> ScheduleEntry:
    index, enabled, script, selector, at, window, weekdays, special, begin, end = elements(data, 10)
    return ScheduleEntry(
        number(index),
        boolean(enabled),
        Obis.from_bytes(octets(script)).to_bytes().hex(),
        number(selector),
        octets(at).hex(),
        number(window),
        str(weekdays.value),
        str(special.value),
        octets(begin).hex(),
        octets(end).hex(),
    )


def _entry_data(entry: ScheduleEntry) -> Data:
    return axdr.structure(
        axdr.long_unsigned(entry.index),
        axdr.boolean(entry.enabled),
        axdr.octet_string(bytes.fromhex(entry.script)),
        axdr.long_unsigned(entry.selector),
        axdr.octet_string(bytes.fromhex(entry.switch_time)),
        axdr.long_unsigned(entry.window_min),
        axdr.bit_string(entry.weekdays),
        axdr.bit_string(entry.special_days),
        axdr.octet_string(bytes.fromhex(entry.begin)),
        axdr.octet_string(bytes.fromhex(entry.end)),
    )
