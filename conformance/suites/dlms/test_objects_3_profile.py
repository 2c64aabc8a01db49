"""The load profile: whole, by entry, by range."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dialogue import Dialogue, answers_well, items
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection, Selection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis

PROFILE = "1.0.99.1.0"
_CLOCK_CLASS = 8
_ROWS = 6


@case(
    id="dlms/class-7/load-profile",
    title=Text("Perfil de carga por entradas y por fechas", "Load profile by entries and by dates"),
    stimulus=Text(
        "Esperar a que haya seis filas; leer las seis últimas por entradas, dos columnas de ellas, y tres "
        "por fechas.",
        "Wait until there are six rows; read the last six by entry, two columns of them, and three by date.",
    ),
    requirement=Text(
        "Hay una columna de reloj; las fechas crecen al paso del periodo; las lecturas parciales coinciden "
        "con la "
        "completa; un rango futuro sale vacío.",
        "There is a clock column; dates rise by the capture period; the parts agree with the whole; a "
        "range in the "
        "future is empty.",
    ),
)
@pytest.mark.clause("dlms-bb", "class-7", level="shall")
@pytest.mark.needs("association:reader", "load-profile", "clock")
def test_load_profile(bench: Bench) -> None:
    what = Text("leer el perfil", "reading the profile")
    with bench.associated("reader") as dialogue, answers_well(what):
        period_s, used = dialogue.integer(7, PROFILE, 4), dialogue.integer(7, PROFILE, 7)
    if used < _ROWS:
        bench.clock.wait(float((_ROWS - used + 1) * period_s))
    with bench.associated("reader") as dialogue, answers_well(what):
        columns = [CaptureObject.from_data(row) for row in items(dialogue.get(7, PROFILE, 3))]
        used = dialogue.integer(7, PROFILE, 7)
        clock = next((i for i, column in enumerate(columns) if column.class_id == _CLOCK_CLASS), None)
        bench.check(clock is not None, "hay una columna de reloj", "there is a clock column")
        assert clock is not None
        first = used - _ROWS + 1
        rows = _rows(dialogue, EntrySelection(first, used))
        narrow = _rows(dialogue, EntrySelection(first, used, 1, 2))
        ranged = _rows(dialogue, RangeSelection(columns[clock], rows[1][clock], rows[3][clock]))
        future = _rows(dialogue, _future(columns[clock], rows[-1][clock]))
    bench.measure("rows", used, "")
    bench.check(len(rows) == _ROWS, f"son {_ROWS} filas ({len(rows)})", f"it is {_ROWS} rows ({len(rows)})")
    bench.check(
        all(len(row) == len(columns) for row in rows),
        "cada fila trae todas las columnas",
        "each row has every column",
    )
    steps = {(after - before).total_seconds() for before, after in pairwise(_dates(rows, clock))}
    bench.check(steps == {float(period_s)}, f"una fila cada {period_s} s", f"a row each {period_s} s")
    bench.check(narrow == [row[:2] for row in rows], "dos columnas coinciden", "two columns agree")
    bench.check(ranged == rows[1:4], "el rango de fechas coincide", "the range of dates agrees")
    bench.check(not future, "un rango futuro sale vacío", "a range in the future is empty")


def _rows(dialogue: Dialogue, selection: Selection) -> list[tuple[Data, ...]]:
    buffer = dialogue.session.get(7, Obis.from_string(PROFILE), 2, selection)
    return [tuple(items(row)) for row in items(buffer)]


def _future(clock: CaptureObject, last: Data) -> RangeSelection:
    """A range a hundred years after the last row."""
    raw = last.value
    assert isinstance(raw, bytes)
    later = [(int.from_bytes(raw[:2], "big") + years).to_bytes(2, "big") + raw[2:] for years in (100, 101)]
    low, high = (Data(last.tag, value) for value in later)
    return RangeSelection(clock, low, high)


def _dates(rows: Sequence[Sequence[Data]], clock: int) -> list[datetime]:
    return [
        CosemDateTime.from_bytes(value).to_utc()
        for row in rows
        if isinstance(value := row[clock].value, bytes)
    ]
