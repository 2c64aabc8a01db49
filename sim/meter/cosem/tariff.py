"""Classes 6, 11 and 20: register masks, special days, activity calendar.

A passive table is written part by part and takes effect as a whole, when it is activated. A written mask or
day takes effect at once.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError, Getter, Setter
from protocols.dlms.obis import Obis
from protocols.field.events import EventCode
from sim.meter.clock.date_patterns import DatePattern, TimePattern
from sim.meter.cosem.binding import Bound, elements, getter, instant_us, number, octets
from sim.meter.cosem.requests import LiveParts
from sim.meter.metering.tariff import CalendarTables, DayAction, DayProfile, SeasonProfile, WeekProfile
from sim.meter.profile import ObjectTerms

_MOST_ROWS = 64
_DAYS = 7

T = TypeVar("T")


def bind_register_activation(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Class 6."""
    masks = live.parts.masks

    def assigned() -> Data:
        return axdr.array(
            *(
                axdr.structure(axdr.long_unsigned(class_id), axdr.octet_string(name))
                for class_id, name in masks.registers
            )
        )

    def listed() -> Data:
        return axdr.array(
            *(
                axdr.structure(axdr.octet_string(name), axdr.array(*(axdr.unsigned(one) for one in numbers)))
                for name, numbers in masks.masks.items()
            )
        )

    def add_register(parameter: Data | None) -> None:
        class_id, name = elements(parameter, 2)
        masks.registers.append((number(class_id), Obis.from_bytes(octets(name)).to_bytes()))
        live.requests.changed()

    def add_mask(parameter: Data | None) -> None:
        name, numbers = elements(parameter, 2)
        found = tuple(number(one) for one in elements(numbers))
        if any(not 1 <= one <= len(masks.registers) for one in found):
            raise AccessError(DataAccessResult.OTHER_REASON)
        masks.masks[octets(name)] = found
        live.requests.activate_mask(masks.active_mask)

    def delete_mask(parameter: Data | None) -> None:
        name = octets(parameter)
        if name == masks.active_mask:
            raise AccessError(DataAccessResult.TEMPORARY_FAILURE)
        del masks.masks[name]
        live.requests.changed()

    return Bound(
        {
            2: getter(assigned),
            3: getter(listed),
            4: getter(lambda: axdr.octet_string(masks.active_mask)),
        },
        {4: lambda value: live.requests.activate_mask(octets(value))},
        {1: add_register, 2: add_mask, 3: delete_mask},
    )


def bind_special_days(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Class 11."""
    special = live.parts.calendar.special

    def entry(data: Data | None) -> tuple[int, tuple[DatePattern, int]]:
        index, day, day_id = elements(data, 3)
        return number(index), (DatePattern.from_octets(octets(day)), number(day_id))

    def entries() -> Data:
        return axdr.array(
            *(
                axdr.structure(
                    axdr.long_unsigned(index), axdr.octet_string(day.to_octets()), axdr.unsigned(day_id)
                )
                for index, (day, day_id) in sorted(special.items())
            )
        )

    def set_entries(value: Data) -> None:
        found = dict(entry(item) for item in elements(value))
        special.clear()
        special.update(found)
        live.requests.tariff_changed()

    def insert(parameter: Data | None) -> None:
        index, day = entry(parameter)
        special[index] = day
        live.requests.tariff_changed()

    def delete(parameter: Data | None) -> None:
        del special[number(parameter)]
        live.requests.tariff_changed()

    return Bound({2: getter(entries)}, {2: set_entries}, {1: insert, 2: delete})


def bind_calendar(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Class 20: the active copy is read, the passive one written, too."""
    calendar = live.parts.calendar

    def change(**values: object) -> None:
        calendar.passive = replace(calendar.passive, **values)  # type: ignore[arg-type]
        live.parts.events.record(EventCode.PASSIVE_TARIFF_SET, live.parts.clock.epoch_us)
        live.requests.changed()

    def set_activation(value: Data) -> None:
        raw = octets(value)
        calendar.set_activation(raw, instant_us(value, live.profile.deviation_minutes))
        live.requests.tariff_changed()

    def activate(_parameter: Data | None) -> None:
        calendar.set_activation(calendar.activation, live.parts.clock.epoch_us)
        live.requests.tariff_changed()

    setters: dict[int, Setter] = {
        6: lambda value: change(name=octets(value)),
        7: lambda value: change(seasons=_several(value, _season)),
        8: lambda value: change(weeks=_several(value, _week)),
        9: lambda value: change(days=_several(value, _day)),
        10: set_activation,
    }
    copies = _copy(lambda: calendar.active, 2) | _copy(lambda: calendar.passive, 6)
    activation = getter(lambda: axdr.octet_string(calendar.activation))
    return Bound(copies | {10: activation}, setters, {1: activate})


def _copy(tables: Callable[[], CalendarTables], first: int) -> dict[int, Getter]:
    return {
        first: getter(lambda: axdr.octet_string(tables().name)),
        first + 1: getter(lambda: axdr.array(*(_season_data(item) for item in tables().seasons))),
        first + 2: getter(lambda: axdr.array(*(_week_data(item) for item in tables().weeks))),
        first + 3: getter(lambda: axdr.array(*(_day_data(item) for item in tables().days))),
    }


def _several(value: Data, read: Callable[[Data], T]) -> tuple[T, ...]:
    rows = elements(value)
    if len(rows) > _MOST_ROWS:
        raise AccessError(DataAccessResult.OTHER_REASON)
    return tuple(read(row) for row in rows)


def _season_data(season: SeasonProfile) -> Data:
    return axdr.structure(
        axdr.octet_string(season.name), axdr.octet_string(season.start), axdr.octet_string(season.week)
    )


def _season(data: Data) -> SeasonProfile:
    return SeasonProfile(*(octets(item) for item in elements(data, 3)))


def _week_data(week: WeekProfile) -> Data:
    return axdr.structure(axdr.octet_string(week.name), *(axdr.unsigned(day_id) for day_id in week.days))


def _week(data: Data) -> WeekProfile:
    name, *days = elements(data, 1 + _DAYS)
    return WeekProfile(octets(name), tuple(number(day_id) for day_id in days))


def _day_data(day: DayProfile) -> Data:
    actions = (
        axdr.structure(
            axdr.octet_string(action.start.to_octets()),
            axdr.octet_string(action.script),
            axdr.long_unsigned(action.selector),
        )
        for action in day.actions
    )
    return axdr.structure(axdr.unsigned(day.day_id), axdr.array(*actions))


def _day(data: Data) -> DayProfile:
    day_id, actions = elements(data, 2)
    return DayProfile(number(day_id), _several(actions, _action))


def _action(data: Data) -> DayAction:
    start, script, selector = elements(data, 3)
    return DayAction(
        TimePattern.from_octets(octets(start)), Obis.from_bytes(octets(script)).to_bytes(), number(selector)
    )


def bind_active_tariff(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Class 1: the name of the mask that holds; empty in a meter of one rate."""
    return Bound({2: getter(lambda: axdr.octet_string(live.parts.masks.active_mask))})
