"""COSEM objects 7.3.1 to 7.3.3: data, registers, extended and demand registers by what their name says."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from collections.abc import Mapping

import pytest

from conformance.bench.attributes import judge, listed, of_class, read_all
from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dialogue import Quantity
from conformance.bench.instances import unit_of
from conformance.bench.object_list import ListedObject
from conformance.text import Text
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.units import UNITS

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
    title=Text("Objetos Data", "Data objects"),
    stimulus=Text("Leer el valor de cada objeto de clase 1.", "Read the value of each object of class 1."),
    requirement=Text("Cada uno tiene un valor que se decodifica.", "Each has a value that decodes."),
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
    judge(bench, problems, "cada valor se lee", "each value reads")


@case(
    id="dlms/7.3.2/registers",
    title=Text("Registros: número, multiplicador y unidad", "Registers: number, scaler and unit"),
    stimulus=Text(
        "Leer valor y scaler_unit de cada objeto de clase 3.",
        "Read value and scaler_unit of each object of class 3.",
    ),
    requirement=Text(
        "Un número; un multiplicador de −12 a 12; una unidad de la tabla, y la que dice su nombre.",
        "A number; a scaler of −12 to 12; a unit of the table, and the one that its name says.",
    ),
)
@clause("7.3.2")
@READER
def test_registers(bench: Bench) -> None:
    _registers(bench, _REGISTER)


@case(
    id="dlms/7.3.2/scale",
    title=Text("El multiplicador es el verdadero", "The scaler is the true one"),
    stimulus=Text(
        "Leer la tensión y la frecuencia de la red con su multiplicador.",
        "Read the voltage and the frequency of the supply with their scaler.",
    ),
    requirement=Text(
        "Cada una está entre la mitad y el doble de la nominal declarada; sin tensión no se juzga.",
        "Each is between half and twice the nominal value declared; without a supply it is not judged.",
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
        raise bench.not_applicable(
            "ni tensión ni frecuencia que leer", "neither voltage nor frequency to read"
        )
    for name, quantity in live.items():
        value, unit = quantity.value, quantity.unit
        bench.measure(name, f"{value:g}", unit)
        bench.check(
            nominal[name] / _WITHIN <= value <= nominal[name] * _WITHIN,
            f"{name}: {value:g} {unit}, nominal {nominal[name]:g}",
            f"{name}: {value:g} {unit}, nominal {nominal[name]:g}",
        )


@case(
    id="dlms/7.3.3/extended-and-demand",
    title=Text("Registros extendidos y de demanda", "Extended and demand registers"),
    stimulus=Text(
        "Leer todos los atributos de cada objeto de clase 4 y 5.",
        "Read every attribute of each object of class 4 and 5.",
    ),
    requirement=Text(
        "Números con multiplicador y unidad; fechas de 12 octetos; periodos mayores que cero.",
        "Numbers with scaler and unit; dates of 12 octets; periods above zero.",
    ),
)
@clause("7.3.3")
@READER
def test_extended_and_demand(bench: Bench) -> None:
    _registers(bench, _EXTENDED, _DEMAND)


def _registers(bench: Bench, *class_ids: int) -> None:
    with listed(bench, "reader") as (dialogue, objects):
        found = of_class(objects, *class_ids)
        if not found:
            raise bench.not_applicable("ningún objeto de esa clase", "no object of that class")
        problems: list[str] = []
        for item in found:
            values, wrong = read_all(dialogue, item)
            problems += wrong + [f"{item.short} {fault}" for fault in _faults(item, values)]
    bench.measure("objects", len(found), "")
    judge(bench, problems, "valores, unidades y fechas son como deben", "values, units and dates are as due")


def _faults(item: ListedObject, values: Mapping[int, Data]) -> list[str]:
    """What is wrong with the values of one register."""
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
