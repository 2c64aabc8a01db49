"""The points of a chart, gathered from the rows that the table shows: never asked for a second time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from system.config.clock import BOGOTA
from system.reports.answer import Row
from system.reports.declaring import Chart, Kind, Report, Shape
from system.reports.making import BARS_MAX, POINTS_MAX
from system.reports.render.words import SCALES, decimals_of, shown


@dataclass(slots=True)
class Points:
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
        if len(self.x) >= (BARS_MAX if self.chart.shape is Shape.BARS else POINTS_MAX):
            self.left_off += 1
            return
        self.x.append(row[self.report.index(self.chart.x)])
        for kept, name in zip(self.series, self.chart.series, strict=True):
            kept.append(row[self.report.index(name)])

    @property
    def kind(self) -> Kind:
        """What the series are."""
        return self.report.columns[self.report.index(self.chart.series[0])].kind

    def for_page(self) -> dict[str, Any]:
        """As the page's script wants it: numbers in pesos and kWh, instants in seconds."""
        column = self.report.columns[self.report.index(self.chart.series[0])]
        scale = SCALES[column.kind][0]
        x_column = self.report.columns[self.report.index(self.chart.x)]
        on_time = self.chart.shape is Shape.LINE and x_column.kind in (Kind.DAY, Kind.INSTANT)
        return {
            "title": self.chart.title,
            "shape": self.chart.shape.value,
            "kind": column.kind.value,
            "decimals": decimals_of(column),
            "time": on_time,
            "along": x_column.title,
            "x": [_seconds(x) for x in self.x] if on_time else [shown(x_column, x) for x in self.x],
            "names": [self.report.columns[self.report.index(name)].title for name in self.chart.series],
            "series": [[None if y is None else y / scale for y in kept] for kept in self.series],
        }


def gathering(report: Report, rows: Iterable[Row], charts: list[Points]) -> Iterator[Row]:
    """The same rows; the charts are complete when they have all passed."""
    charts.extend(Points(chart, report, series=[[] for _ in chart.series]) for chart in report.charts)
    for row in rows:
        for points in charts:
            points.add(row)
        yield row


def _seconds(at: date | datetime) -> float:
    instant = at if isinstance(at, datetime) else datetime.combine(at, time(), BOGOTA)
    return instant.timestamp()
