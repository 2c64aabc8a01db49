"""A report declared as data: columns, charts, CSV dialect, query; and what the query yields."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from system.reports.parameters import Parameter

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A missing or wrong value in the data that a report needs.

    Args:
        where: the row, as its reader knows it.
        column: which column; empty where it is the row as a whole.
        says: one Spanish sentence.
        blocks: whether the row is not fit to be handed in.
    """

    where: str
    column: str
    says: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Rows of a query, with notes and findings.

    Args:
        rows: makes the rows anew each time it is called; they need not fit into memory.
        notes: sentences under the title.
        findings: before anything is handed in.
        findings_left: how many more there are than `findings` holds.
    """

    rows: Callable[[], Iterable[Row]]
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    findings_left: int = 0

    @property
    def findings_count(self) -> int:
        """All of them."""
        return len(self.findings) + self.findings_left

    @property
    def blocked(self) -> bool:
        """True where a finding must be put right before the report can be handed in."""
        return any(finding.blocks for finding in self.findings)


def result_of(rows: Sequence[Row], *notes: str) -> QueryResult:
    """An answer that is in memory already."""
    return QueryResult(lambda: rows, notes)


@dataclass(slots=True)
class RunningTotals:
    """Counts rows and adds columns up while they pass.

    Args:
        added: places of the columns that have a sum.
    """

    added: tuple[int, ...]
    count: int = 0
    totals: dict[int, int] = field(default_factory=dict)

    def pass_on(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows; the sums are complete when they have all passed."""
        self.totals = dict.fromkeys(self.added, 0)
        for row in rows:
            self.count += 1
            for place in self.added:
                self.totals[place] += row[place] or 0
            yield row


# --- Declaration of a report


class ColumnKind(StrEnum):
    """Kind of a column's cells, and the unit of its integers; None is a cell without a value.

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


NUMBER_KINDS = frozenset(
    {
        ColumnKind.PESOS,
        ColumnKind.KWH,
        ColumnKind.PRICE,
        ColumnKind.COUNT,
        ColumnKind.PERCENT,
        ColumnKind.RATIO,
    }
)


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
    kind: ColumnKind = ColumnKind.TEXT
    total: bool = False
    decimals: int | None = None
    help: str = ""


class ChartShape(StrEnum):
    """Shape of a chart."""

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
    shape: ChartShape = ChartShape.BARS


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """CSV dialect of a report.

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
OFFICE_CSV = CsvDialect()
#: What programs read.
MACHINE_CSV = CsvDialect(separator=",", decimal=".", names=True, totals=False, mark=False)

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
        query: user and parameters -> rows.
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
    ask: Callable[[Any, Values], QueryResult]
    parameters: tuple[Parameter, ...] = ()
    charts: tuple[Chart, ...] = ()
    dialect: CsvDialect = OFFICE_CSV
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
        """Position of a column."""
        return next(place for place, column in enumerate(self.columns) if column.name == name)


class UnableToReport(ValueError):
    """The report cannot be made with these parameters, or by this user."""


class UnableToDeliver(ValueError):
    """A file could not be handed to a channel; it stays on its page."""
