"""COSEM objects 7.3.4: every profile, its attributes, and its buffer by range and by entry."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from collections.abc import Iterator

import pytest

from conformance.bench.attributes import judge, listed, of_class, read_all
from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dialogue import items
from conformance.bench.whole_profiles import differences, whole_profiles
from conformance.text import Text
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection

CLAUSE = pytest.mark.clause("dlms-yb", "7.3.4", level="shall")
READER = pytest.mark.needs("association:reader")

_PROFILE = 7
_BUFFER, _CAPTURE_OBJECTS, _PERIOD, _SORT_METHOD, _SORT_OBJECT, _IN_USE, _ENTRIES = range(2, 9)
_SORT_METHODS = range(1, 7)
_UNSORTED = (1, 2)


@case(
    id="dlms/7.3.4/attributes",
    title=Text("Atributos de los perfiles", "Attributes of profiles"),
    stimulus=Text(
        "Leer los atributos de cada objeto de clase 7, menos la memoria de filas.",
        "Read the attributes of each object of class 7, except the buffer.",
    ),
    requirement=Text(
        "Las columnas se entienden; el orden es de la tabla y el objeto de orden, si hace falta, es una "
        "columna; no hay más filas que las que caben.",
        "The columns are understood; the sort method is of the table and the sort object, where needed, is a "
        "column; there are no more rows than fit.",
    ),
)
@CLAUSE
@READER
def test_attributes(bench: Bench) -> None:
    with listed(bench, "reader") as (dialogue, objects):
        found = of_class(objects, _PROFILE)
        if not found:
            raise bench.not_applicable("ningún perfil", "no profile")
        problems: list[str] = []
        for item in found:
            values, wrong = read_all(dialogue, item)
            problems += wrong + [f"{item.short} {fault}" for fault in _faults(values)]
    bench.measure("profiles", len(found), "")
    judge(bench, problems, "los perfiles son como deben", "the profiles are as due")


def _faults(values: dict[int, Data]) -> Iterator[str]:
    """What is wrong among the attributes that were read; one that is not granted is not judged here."""
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
    title=Text("Perfiles por rango de fechas", "Profiles by range of dates"),
    stimulus=Text(
        "De cada perfil con reloj, dos columnas y cinco filas: todo el intervalo; un intervalo de dentro de "
        "cien años; una parte con todas las columnas; una parte con dos columnas.",
        "Of each profile with a clock, two columns and five rows: the whole interval; an interval a hundred "
        "years ahead; a part with every column; a part with two columns.",
    ),
    requirement=Text(
        "Las filas son las del todo; fuera del intervalo no hay ninguna, o hay un error.",
        "The rows are those of the whole; outside there are none, or an error.",
    ),
)
@CLAUSE
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
    judge(bench, problems, "cada rango da sus filas", "each range gives its rows")


@case(
    id="dlms/7.3.4/entry",
    title=Text("Perfiles por entradas", "Profiles by entries"),
    stimulus=Text(
        "De cada perfil con dos columnas y cinco filas: una celda; todo con comodines; una parte.",
        "Of each profile with two columns and five rows: one cell; everything by wildcards; a part.",
    ),
    requirement=Text("Las celdas son las del todo.", "The cells are those of the whole."),
)
@CLAUSE
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
    judge(bench, problems, "cada selección da sus celdas", "each selection gives its cells")


def _later(last: Data) -> tuple[Data, Data]:
    """Two instants a hundred years after the last row."""
    raw = last.value if isinstance(last.value, bytes) else bytes(12)
    years = (int.from_bytes(raw[:2], "big") + ahead for ahead in (100, 101))
    low, high = (Data(DataTag.OCTET_STRING, year.to_bytes(2, "big") + raw[2:]) for year in years)
    return low, high
