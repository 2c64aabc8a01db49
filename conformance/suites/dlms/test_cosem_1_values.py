# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""COSEM objects 7.3 to 7.3.4: attributes as the object list grants them, registers, profiles."""

from collections.abc import Iterator, Mapping

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import Dialogue, Quantity, items
from conformance.bench.object_list import (
    ListedObject,
    classes_of,
    judge,
    listed,
    of_class,
    read_all,
    read_plainly,
    unit_of,
)
from conformance.bench.profile_generic import differences, whole_profiles
from i18n import Message
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.cosem import CLASSES
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.session.errors import AccessRefused, ExceptionAnswered
from protocols.dlms.units import UNITS

# ---- COSEM objects 7.3, every class: what the object list grants is true, attribute by attribute.

ATTRIBUTES_CLAUSE = pytest.mark.clause("dlms-yb", "7.3", level="shall")
PUBLIC = pytest.mark.needs("association:public")

#: Classes whose values are not written back: writing them means more than a value.
#: Associations, images, security setups, token gateways, clocks (a clock has a case of its own).
_NOT_WRITTEN_BACK = frozenset({8, 15, 18, 64, 115})


@case(
    id="dlms/7.3/readable",
    title=Message("Readable attributes"),
    stimulus=Message(
        "In each declared association, read each attribute that the object list grants for reading."
    ),
    requirement=Message("Each is read with a type of its class, and the logical name is that of the list."),
)
@ATTRIBUTES_CLAUSE
@PUBLIC
def test_readable(bench: Bench) -> None:
    for association in bench.statement.associations:
        with listed(bench, association) as (dialogue, objects):
            problems: list[str] = []
            read = 0
            for item in objects:
                values, wrong = read_all(dialogue, item)
                problems += wrong
                read += len(values)
        bench.measure(f"{association}: attributes read", read, "")
        judge(
            bench,
            problems,
            Message("{association}: what is granted reads with its type", association=association),
        )


@case(
    id="dlms/7.3/not-readable",
    title=Message("Attributes that may not be read"),
    stimulus=Message(
        "In each declared association, read the attributes of each class that the list does not grant."
    ),
    requirement=Message("They are refused with an access result or an exception."),
)
@ATTRIBUTES_CLAUSE
@PUBLIC
def test_not_readable(bench: Bench) -> None:
    for association in bench.statement.associations:
        with listed(bench, association) as (dialogue, objects):
            given = [f"{item.short}:{index}" for item in objects for index in _given(dialogue, item)]
        judge(
            bench,
            given,
            Message("{association}: what is not granted is refused", association=association),
        )


def _given(dialogue: Dialogue, item: ListedObject) -> list[int]:
    """The attributes that are given though the list does not grant them."""
    declared = CLASSES.get(item.class_id)
    indexes = () if declared is None else sorted(declared.attributes)
    given = []
    for index in indexes:
        if item.readable(index):
            continue
        try:
            dialogue.session.get(item.class_id, item.obis, index)
        except (AccessRefused, ExceptionAnswered):
            continue
        given.append(index)
    return given


@case(
    id="dlms/7.3/writable",
    title=Message("Writable attributes"),
    stimulus=Message(
        "In each declared association, write to each attribute that is readable and writable the value read."
    ),
    requirement=Message(
        "It is accepted and the value does not change. Without such attributes there is nothing to judge."
    ),
)
@ATTRIBUTES_CLAUSE
@PUBLIC
def test_writable(bench: Bench) -> None:
    written = 0
    for association in bench.statement.associations:
        with listed(bench, association) as (dialogue, objects):
            problems: list[str] = []
            for item in objects:
                count, wrong = _write_back(dialogue, item)
                written += count
                problems += wrong
        judge(
            bench,
            problems,
            Message("{association}: what is writable can be written", association=association),
        )
    bench.measure("attributes written", written, "")
    if not written:
        raise bench.not_applicable(Message("no attribute that is readable and writable"))


def _write_back(dialogue: Dialogue, item: ListedObject) -> tuple[int, list[str]]:
    if item.class_id in _NOT_WRITTEN_BACK:
        return 0, []
    count, problems = 0, []
    for index in (index for index in read_plainly(item) if item.writable(index)):
        value: Data = dialogue.session.get(item.class_id, item.obis, index)
        try:
            dialogue.session.set(item.class_id, item.obis, index, value)
        except (AccessRefused, ExceptionAnswered) as refusal:
            problems.append(f"{item.short}:{index} {refusal}")
            continue
        count += 1
        after = dialogue.session.get(item.class_id, item.obis, index)
        if after != value:
            problems.append(f"{item.short}:{index} {value.value!r} → {after.value!r}")
    return count, problems


@case(
    id="dlms/7.3/not-writable",
    title=Message("Read-only attributes"),
    stimulus=Message(
        "In each declared association, write to each static attribute that is readable and "
        "not writable the very value that was read."
    ),
    requirement=Message("It is refused with an access result or an exception."),
)
@ATTRIBUTES_CLAUSE
@PUBLIC
def test_not_writable(bench: Bench) -> None:
    for association in bench.statement.associations:
        with listed(bench, association) as (dialogue, objects):
            taken = [f"{item.short}:{index}" for item in objects for index in _taken(dialogue, item)]
        judge(
            bench,
            taken,
            Message("{association}: what is read-only cannot be written", association=association),
        )


def _taken(dialogue: Dialogue, item: ListedObject) -> list[int]:
    """The attributes that take a value though the list does not grant it."""
    declared = CLASSES.get(item.class_id)
    if declared is None or item.class_id in _NOT_WRITTEN_BACK:
        return []
    taken = []
    for index in read_plainly(item):
        attribute = declared.attributes.get(index)
        if item.writable(index) or attribute is None or attribute.dynamic:
            continue
        try:
            value = dialogue.session.get(item.class_id, item.obis, index)
            dialogue.session.set(item.class_id, item.obis, index, value)
        except (AccessRefused, ExceptionAnswered):
            continue
        taken.append(index)
    return taken


@case(
    id="dlms/7.3/names",
    title=Message("Class and logical name belong together"),
    stimulus=Message("Read the object list of each association."),
    requirement=Message(
        "No name is repeated in its class; each known name is of a class that belongs to it."
    ),
)
@ATTRIBUTES_CLAUSE
@PUBLIC
def test_names(bench: Bench) -> None:
    strange: set[str] = set()
    for association in bench.statement.associations:
        with listed(bench, association) as (_, objects):
            pairs = [(item.class_id, item.obis) for item in objects]
            expected = ((item, classes_of(item.obis)) for item in objects)
            strange |= {item.short for item, classes in expected if classes and item.class_id not in classes}
        repeated = sorted({item.short for item in objects if pairs.count((item.class_id, item.obis)) > 1})
        judge(
            bench,
            repeated,
            Message(
                "{association}: no object is repeated ({count})", association=association, count=len(pairs)
            ),
        )
    if strange:
        bench.not_strictly(
            Message("classes unusual for their name: {names}", names=", ".join(sorted(strange))),
        )


# ---- COSEM objects 7.3.1 to 7.3.3: data, registers, extended and demand registers by what their name says.

READER = pytest.mark.needs("association:reader")

_DATA, _REGISTER, _EXTENDED, _DEMAND = 1, 3, 4, 5
_SCALER_UNIT = {_REGISTER: 3, _EXTENDED: 3, _DEMAND: 4}
_VALUES = {_REGISTER: (2,), _EXTENDED: (2,), _DEMAND: (2, 3)}
_TIMES = {_EXTENDED: (5,), _DEMAND: (6, 7)}
_DATE_TIME_OCTETS = 12
_VOLTAGE, _FREQUENCY = "1.0.12.7.0", "1.0.14.7.0"
#: A supply is never as far from its nominal value as a wrong power of ten.
_WITHIN = 2
_SCALERS = range(-12, 13)
_NUMBERS = frozenset(
    {
        DataTag.INTEGER,
        DataTag.UNSIGNED,
        DataTag.LONG,
        DataTag.LONG_UNSIGNED,
        DataTag.DOUBLE_LONG,
        DataTag.DOUBLE_LONG_UNSIGNED,
        DataTag.LONG64,
        DataTag.LONG64_UNSIGNED,
        DataTag.FLOAT32,
        DataTag.FLOAT64,
        DataTag.BCD,
    }
)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


@case(
    id="dlms/7.3.1/data",
    title=Message("Data objects"),
    stimulus=Message("Read the value of each object of class 1."),
    requirement=Message("Each has a value that decodes."),
)
@clause("7.3.1")
@READER
def test_data(bench: Bench) -> None:
    with listed(bench, "reader") as (dialogue, objects):
        found = of_class(objects, _DATA)
        problems: list[str] = []
        for item in found:
            values, wrong = read_all(dialogue, item)
            problems += wrong
            if item.readable(2) and 2 not in values:
                problems.append(f"{item.short}:2 ?")
    bench.measure("objects", len(found), "")
    judge(bench, problems, Message("each value reads"))


@case(
    id="dlms/7.3.2/registers",
    title=Message("Registers: number, scaler and unit"),
    stimulus=Message("Read value and scaler_unit of each object of class 3."),
    requirement=Message(
        "A number; a scaler of −12 to 12; a unit of the table, and the one that its name says."
    ),
)
@clause("7.3.2")
@READER
def test_registers(bench: Bench) -> None:
    _registers(bench, _REGISTER)


@case(
    id="dlms/7.3.2/scale",
    title=Message("The scaler is the true one"),
    stimulus=Message("Read the voltage and the frequency of the supply with their scaler."),
    requirement=Message(
        "Each is between half and twice the nominal value declared; without a supply it is not judged."
    ),
)
@clause("7.3.2")
@READER
def test_scale(bench: Bench) -> None:
    metrology = bench.statement.metrology
    nominal = {_VOLTAGE: metrology.nominal_voltage_v, _FREQUENCY: float(metrology.frequency_hz)}
    read: dict[str, Quantity] = {}
    with listed(bench, "reader") as (dialogue, objects):
        for item in of_class(objects, _REGISTER):
            name = str(item.obis).removesuffix(".255")
            if name in nominal and item.readable(2) and item.readable(3):
                read[name] = dialogue.register(name)
    live = {name: quantity for name, quantity in read.items() if quantity.raw}
    if not live:
        raise bench.not_applicable(Message("neither voltage nor frequency to read"))
    for name, quantity in live.items():
        value, unit = quantity.value, quantity.unit
        bench.measure(name, f"{value:g}", unit)
        bench.check(
            nominal[name] / _WITHIN <= value <= nominal[name] * _WITHIN,
            Message(
                "{name}: {value:g} {unit}, nominal {nominal:g}",
                name=name,
                value=value,
                unit=unit,
                nominal=nominal[name],
            ),
        )


@case(
    id="dlms/7.3.3/extended-and-demand",
    title=Message("Extended and demand registers"),
    stimulus=Message("Read every attribute of each object of class 4 and 5."),
    requirement=Message("Numbers with scaler and unit; dates of 12 octets; periods above zero."),
)
@clause("7.3.3")
@READER
def test_extended_and_demand(bench: Bench) -> None:
    _registers(bench, _EXTENDED, _DEMAND)


def _registers(bench: Bench, *class_ids: int) -> None:
    with listed(bench, "reader") as (dialogue, objects):
        found = of_class(objects, *class_ids)
        if not found:
            raise bench.not_applicable(Message("no object of that class"))
        problems: list[str] = []
        for item in found:
            values, wrong = read_all(dialogue, item)
            problems += wrong + [f"{item.short} {fault}" for fault in _register_faults(item, values)]
    bench.measure("objects", len(found), "")
    judge(bench, problems, Message("values, units and dates are as due"))


def _register_faults(item: ListedObject, values: Mapping[int, Data]) -> list[str]:
    """Faults in the values of one register."""
    faults = [
        f":{index} {values[index].tag.name}"
        for index in _VALUES[item.class_id]
        if index in values and values[index].tag not in _NUMBERS
    ]
    scaler_unit = values.get(_SCALER_UNIT[item.class_id])
    if scaler_unit is not None:
        faults += _unit_faults(item, scaler_unit)
    for index in _TIMES.get(item.class_id, ()):
        raw = values[index].value if index in values else None
        if raw is not None and (not isinstance(raw, bytes) or len(raw) != _DATE_TIME_OCTETS):
            faults.append(f":{index} {raw!r}")
    if item.class_id == _DEMAND:
        faults += [f":{index} = 0" for index in (8, 9) if index in values and not values[index].value]
    return faults


def _unit_faults(item: ListedObject, scaler_unit: Data) -> list[str]:
    match scaler_unit.value:
        case (Data(tag=DataTag.INTEGER, value=int(scaler)), Data(tag=DataTag.ENUM, value=int(unit))):
            pass
        case _:
            return [f"scaler_unit {scaler_unit.value!r}"]
    expected = unit_of(item.obis)
    faults = [] if scaler in _SCALERS else [f"scaler {scaler}"]
    if unit not in UNITS:
        faults.append(f"unit {unit} ?")
    elif expected not in (None, unit):
        faults.append(f"unit {unit} ≠ {expected}")
    return faults


# ---- COSEM objects 7.3.4: every profile, its attributes, and its buffer by range and by entry.

PROFILES_CLAUSE = pytest.mark.clause("dlms-yb", "7.3.4", level="shall")

_PROFILE = 7
_BUFFER, _CAPTURE_OBJECTS, _PERIOD, _SORT_METHOD, _SORT_OBJECT, _IN_USE, _ENTRIES = range(2, 9)
_SORT_METHODS = range(1, 7)
_UNSORTED = (1, 2)


@case(
    id="dlms/7.3.4/attributes",
    title=Message("Attributes of profiles"),
    stimulus=Message("Read the attributes of each object of class 7, except the buffer."),
    requirement=Message(
        "The columns are understood; the sort method is of the table and the sort object, "
        "where needed, is a column; there are no more rows than fit."
    ),
)
@PROFILES_CLAUSE
@READER
def test_attributes(bench: Bench) -> None:
    with listed(bench, "reader") as (dialogue, objects):
        found = of_class(objects, _PROFILE)
        if not found:
            raise bench.not_applicable(Message("no profile"))
        problems: list[str] = []
        for item in found:
            values, wrong = read_all(dialogue, item)
            problems += wrong + [f"{item.short} {fault}" for fault in _profile_faults(values)]
    bench.measure("profiles", len(found), "")
    judge(bench, problems, Message("the profiles are as due"))


def _profile_faults(values: dict[int, Data]) -> Iterator[str]:
    """Faults among the attributes that were read; one that is not granted is not judged here."""
    if _SORT_METHOD in values:
        yield from _order_faults(values)
    if _IN_USE in values and _ENTRIES in values:
        in_use, entries = values[_IN_USE].value, values[_ENTRIES].value
        if not isinstance(in_use, int) or not isinstance(entries, int) or in_use > entries:
            yield f"entries_in_use {in_use!r} > {entries!r}"


def _order_faults(values: dict[int, Data]) -> Iterator[str]:
    method = values[_SORT_METHOD].value
    if method not in _SORT_METHODS:
        yield f"sort_method {method!r}"
    elif method not in _UNSORTED and _SORT_OBJECT in values and _CAPTURE_OBJECTS in values:
        columns = [CaptureObject.from_data(row) for row in items(values[_CAPTURE_OBJECTS])]
        if CaptureObject.from_data(values[_SORT_OBJECT]) not in columns:
            yield "sort_object?"


@case(
    id="dlms/7.3.4/range",
    title=Message("Profiles by range of dates"),
    stimulus=Message(
        "Of each profile with a clock, two columns and five rows: the whole interval; an "
        "interval a hundred years ahead; a part with every column; a part with two columns."
    ),
    requirement=Message("The rows are those of the whole; outside there are none, or an error."),
)
@PROFILES_CLAUSE
@READER
def test_range(bench: Bench) -> None:
    problems: list[str] = []
    with whole_profiles(bench) as (dialogue, wholes):
        for whole in wholes:
            rows, column = whole.rows, whole.columns[whole.clock]
            at = [row[whole.clock] for row in rows]
            low, high = 1, len(rows) - 2
            two = tuple(dict.fromkeys((column, *whole.columns)))[:2]
            numbers = sorted(whole.columns.index(item) for item in two)
            cut = [tuple(row[i] for i in numbers) for row in rows[low : high + 1]]
            tried = {
                "todo/whole": (RangeSelection(column, at[0], at[-1]), list(rows)),
                "fuera/outside": (RangeSelection(column, *_later(at[-1])), []),
                "parte/part": (RangeSelection(column, at[low], at[high]), list(rows[low : high + 1])),
                "dos columnas/two columns": (
                    RangeSelection(column, at[low], at[high], tuple(whole.columns[i] for i in numbers)),
                    cut,
                ),
            }
            problems += differences(dialogue, whole, tried)
    judge(bench, problems, Message("each range gives its rows"))


@case(
    id="dlms/7.3.4/entry",
    title=Message("Profiles by entries"),
    stimulus=Message(
        "Of each profile with two columns and five rows: one cell; everything by wildcards; a part."
    ),
    requirement=Message("The cells are those of the whole."),
)
@PROFILES_CLAUSE
@READER
def test_entry(bench: Bench) -> None:
    problems: list[str] = []
    with whole_profiles(bench) as (dialogue, wholes):
        for whole in wholes:
            rows = whole.rows
            tried = {
                "celda/cell": (EntrySelection(2, 2, 2, 2), [rows[1][1:2]]),
                "todo/all": (EntrySelection(1, 0, 1, 0), list(rows)),
                "parte/part": (EntrySelection(2, 4, 1, 2), [row[:2] for row in rows[1:4]]),
                "más allá/beyond": (EntrySelection(len(rows) + 1, len(rows) + 9), []),
            }
            problems += differences(dialogue, whole, tried)
    judge(bench, problems, Message("each selection gives its cells"))


def _later(last: Data) -> tuple[Data, Data]:
    """Two instants a hundred years after the last row."""
    raw = last.value if isinstance(last.value, bytes) else bytes(12)
    years = (int.from_bytes(raw[:2], "big") + ahead for ahead in (100, 101))
    low, high = (Data(DataTag.OCTET_STRING, year.to_bytes(2, "big") + raw[2:]) for year in years)
    return low, high
