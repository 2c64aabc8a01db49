"""Charts: points gathered from the rows that the table shows, drawn as SVG for paper by matplotlib."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from system.config.clock import BOGOTA
from system.reports.declaration import Chart, ChartShape, ColumnKind, Report, Row
from system.reports.render.cells import SCALES, cell_text, decimals_of, grouped
from system.reports.run import BARS_MAX, POINTS_MAX


@dataclass(slots=True)
class ChartPoints:
    """A chart and its cells.

    Args:
        chart: what is drawn.
        x: cells of its axis.
        series: cells of each series; None where there is no value.
        left_off: rows beyond those that are drawn.
    """

    chart: Chart
    report: Report
    x: list[Any] = field(default_factory=list)
    series: list[list[int | None]] = field(default_factory=list)
    left_off: int = 0

    def add(self, row: Row) -> None:
        """Draw a row, too."""
        if len(self.x) >= (BARS_MAX if self.chart.shape is ChartShape.BARS else POINTS_MAX):
            self.left_off += 1
            return
        self.x.append(row[self.report.index(self.chart.x)])
        for kept, name in zip(self.series, self.chart.series, strict=True):
            kept.append(row[self.report.index(name)])

    @property
    def kind(self) -> ColumnKind:
        """Kind of the series."""
        return self.report.columns[self.report.index(self.chart.series[0])].kind

    def for_page(self) -> dict[str, Any]:
        """As the page's script wants it: numbers in pesos and kWh, instants in seconds."""
        column = self.report.columns[self.report.index(self.chart.series[0])]
        scale = SCALES[column.kind][0]
        x_column = self.report.columns[self.report.index(self.chart.x)]
        on_time = self.chart.shape is ChartShape.LINE and x_column.kind in (
            ColumnKind.DAY,
            ColumnKind.INSTANT,
        )
        return {
            "title": self.chart.title,
            "shape": self.chart.shape.value,
            "kind": column.kind.value,
            "decimals": decimals_of(column),
            "time": on_time,
            "along": x_column.title,
            "x": [_seconds(x) for x in self.x] if on_time else [cell_text(x_column, x) for x in self.x],
            "names": [self.report.columns[self.report.index(name)].title for name in self.chart.series],
            "series": [[None if y is None else y / scale for y in kept] for kept in self.series],
        }


def gather_points(report: Report, rows: Iterable[Row], charts: list[ChartPoints]) -> Iterator[Row]:
    """The same rows; the charts are complete when they have all passed."""
    charts.extend(ChartPoints(chart, report, series=[[] for _ in chart.series]) for chart in report.charts)
    for row in rows:
        for points in charts:
            points.add(row)
        yield row


def _seconds(at: date | datetime) -> float:
    instant = at if isinstance(at, datetime) else datetime.combine(at, time(), BOGOTA)
    return instant.timestamp()


# --- SVG for paper: text as text, the same cells the same bytes

COLOURS = ("#0b5563", "#c8641b", "#5b2a86", "#1b6b34")
_STYLE: Any = {
    "svg.hashsalt": "amibench",
    "svg.fonttype": "path",
    "font.size": 9,
    "timezone": "America/Bogota",
}
#: More names than these would lie over each other.
_NAMES_MAX = 24
_WIDTH_IN, _HEIGHT_IN = 7.2, 2.9


def svg_of(points: ChartPoints) -> str:
    """A chart as SVG."""
    import matplotlib as mpl  # here, and not at the start of every process that draws nothing
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), layout="constrained")
        axes: Any = figure.add_subplot()
        _DRAW[points.chart.shape](axes, points)
        scale, _ = SCALES[points.kind]
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value * scale, scale)))
        axes.set_ylabel({ColumnKind.PESOS: "pesos", ColumnKind.KWH: "kWh"}.get(points.kind, ""))
        axes.set_title(points.chart.title, fontsize=10)
        axes.grid(axis="y", linewidth=0.4)
        axes.set_axisbelow(True)
        axes.set_ylim(bottom=min(0, axes.get_ylim()[0]) if _below_zero(points) else 0)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        if len(_series(points)) > 1:
            axes.legend(frameon=False, fontsize=8)
        made = io.StringIO()
        figure.savefig(made, format="svg", metadata={"Date": None})
    return made.getvalue()


def _tick(value: float, scale: int) -> str:
    whole = abs(value) >= 10 * scale or value == 0
    return grouped(round(value), scale, 0 if whole else 2)


def _bars(axes: Any, points: ChartPoints) -> None:
    width = 0.8 / len(points.series)
    scale = SCALES[points.kind][0]
    for number, (name, kept) in enumerate(_series(points)):
        places = [place + (number - (len(points.series) - 1) / 2) * width for place in range(len(kept))]
        axes.bar(places, [(y or 0) / scale for y in kept], width, label=name, color=COLOURS[number % 4])
    column = points.report.columns[points.report.index(points.chart.x)]
    names = [_short(cell_text(column, x)) for x in points.x]
    step = max(1, -(-len(names) // _NAMES_MAX))
    axes.set_xticks(range(0, len(names), step), names[::step], rotation=40, ha="right", fontsize=7)


def _line(axes: Any, points: ChartPoints) -> None:
    scale = SCALES[points.kind][0]
    column = points.report.columns[points.report.index(points.chart.x)]
    x = [at.astimezone(BOGOTA) for at in points.x] if column.kind is ColumnKind.INSTANT else points.x
    for number, (name, kept) in enumerate(_series(points)):
        y = [float("nan") if one is None else one / scale for one in kept]
        axes.plot(
            x, y, label=name, color=COLOURS[number % 4], linewidth=1.1, marker="." if len(y) < 40 else ""
        )
    axes.tick_params(axis="x", labelsize=7, rotation=30)


def _below_zero(points: ChartPoints) -> bool:
    return any(y is not None and y < 0 for kept in points.series for y in kept)


def _series(points: ChartPoints) -> list[tuple[str, list[int | None]]]:
    titles = [points.report.columns[points.report.index(name)].title for name in points.chart.series]
    drawn = [pair for pair in zip(titles, points.series, strict=True) if any(y is not None for y in pair[1])]
    return drawn or [(titles[0], points.series[0])]


def _short(text: str) -> str:
    return text if len(text) <= 22 else f"{text[:21]}…"


_DRAW = {ChartShape.BARS: _bars, ChartShape.LINE: _line}
