"""What a report is: data, from which pages, files and schedules all follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from system.reports.answer import Answer
from system.reports.parameters import Parameter


class Kind(StrEnum):
    """What the cells of a column hold, and as what integer; None is a cell without a value.

    ``pesos`` centavos of COP; ``kwh`` Wh; ``price`` 10⁻⁴ COP/kWh; ``percent`` and ``ratio`` ppm, the one
    shown as 76,4 % and the other as 0,76; ``count`` a plain integer;
    ``day`` a date; ``instant`` an aware datetime; ``text`` a string.
    """

    TEXT = "text"
    DAY = "day"
    INSTANT = "instant"
    PESOS = "pesos"
    KWH = "kwh"
    PRICE = "price"
    COUNT = "count"
    PERCENT = "percent"
    RATIO = "ratio"


NUMBERS = frozenset({Kind.PESOS, Kind.KWH, Kind.PRICE, Kind.COUNT, Kind.PERCENT, Kind.RATIO})


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Args:
        name: for files and programs, ASCII.
        title: Spanish, above the column.
        kind: of its cells.
        total: whether its sum means something.
        decimals: shown; None: as its kind does.
        help: what it counts, where the title does not say it all.
    """

    name: str
    title: str
    kind: Kind = Kind.TEXT
    total: bool = False
    decimals: int | None = None
    help: str = ""


class Shape(StrEnum):
    """How a chart draws."""

    BARS = "bars"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of the table's own cells.

    Args:
        title: Spanish.
        x: name of the column along which it runs.
        series: names of the columns that it draws; all of one kind.
        shape: bars, or a line over time with gaps where cells are empty.
    """

    title: str
    x: str
    series: tuple[str, ...]
    shape: Shape = Shape.BARS


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a report looks as CSV.

    Args:
        separator, decimal: characters.
        names: whether the head holds column names instead of titles.
        totals: whether a line of totals ends it.
        mark: whether a byte order mark begins it.
        day: form of days.
    """

    separator: str = ";"
    decimal: str = ","
    names: bool = False
    totals: bool = True
    mark: bool = True
    day: str = "%Y-%m-%d"


#: What spreadsheets set to Colombia open with a double click.
OFFICE = Dialect()
#: What programs read.
MACHINE = Dialect(separator=",", decimal=".", names=True, totals=False, mark=False)

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Args:
        name: in addresses and file names.
        title: Spanish.
        section: under which the list shows it.
        answers: the question that it answers, in the reader's words.
        columns: of the table.
        ask: user and parameters -> what is the case.
        parameters: what can be asked of it.
        charts: beside the table.
        dialect: of its CSV.
        empty: what to do where there is nothing.
    """

    name: str
    title: str
    section: str
    answers: str
    columns: tuple[Column, ...]
    ask: Callable[[Any, Values], Answer]
    parameters: tuple[Parameter, ...] = ()
    charts: tuple[Chart, ...] = ()
    dialect: Dialect = OFFICE
    empty: str = "No hay nada en ese período. Cambie las fechas o los filtros."

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"report {self.name}: two columns bear one name")
        if self.columns[0].total:
            raise ValueError(f"report {self.name}: the first column says «Total» and cannot be a sum")
        for chart in self.charts:
            missing = {chart.x, *chart.series} - set(names)
            if missing:
                raise ValueError(f"report {self.name}: no column {', '.join(sorted(missing))} to draw")

    def index(self, name: str) -> int:
        """Where a column stands."""
        return next(place for place, column in enumerate(self.columns) if column.name == name)
