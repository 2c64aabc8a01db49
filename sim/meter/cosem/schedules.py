"""Classes 9, 10 and 22: scripts, and when they run by the clock."""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.objects import AccessError, constant
from protocols.dlms.obis import Obis
from sim.meter.cosem.bound import Bound, getter
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import boolean, elements, must, number, octets
from sim.meter.profile import ObjectTerms
from sim.meter.schedules import ScheduleEntry
from sim.meter.scripts import ScriptAction

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
