"""The charts of a run: supply, losses, voltages, availability, reads; each as PNG and as SVG.

The charts are of the first site; a world of many sites would draw the same lines over each other.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from amibench.commands.sim.options import text
from sim.scenarios.field import FieldWorld
from sim.scenarios.site_recorder import RecordedPoint

_DAY_S = 86_400.0
_W_PER_KW = 1_000.0
_SIZE_INCH = (9.0, 3.6)
_FORMATS = ("png", "svg")
_SUN, _ENGINE, _USED, _LOST, _STOLEN = "#e0a100", "#7a5c3e", "#1f6fb2", "#8a8a8a", "#c0392b"

Summary = dict[str, Any]
Draw = Callable[[Axes, Sequence[RecordedPoint], Summary, str], None]


def draw(world: FieldWorld, summary: Summary, out: Path, lang: str) -> list[Path]:
    """Draw every chart into the folder `out`; the files.

    Raises:
        OSError: a file cannot be written.
    """
    points = world.sites[0].recorder.points
    if not points:
        return []
    files = []
    for name, onto in _CHARTS.items():
        figure = Figure(figsize=_SIZE_INCH, layout="constrained")
        axes = figure.subplots()
        onto(axes, points, summary, lang)
        axes.set_title(f"{text(f'plot-{name}', lang)}: {summary['scenario']}", loc="left", fontsize=10)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        for suffix in _FORMATS:
            file = out / f"{name}.{suffix}"
            # without a date in it, the same run gives the same file
            figure.savefig(file, dpi=120, metadata={"Date": None} if suffix == "svg" else None)
            files.append(file)
    return files


def _days(points: Sequence[RecordedPoint]) -> list[float]:
    return [point.at_s / _DAY_S for point in points]


def _supply(axes: Axes, points: Sequence[RecordedPoint], _summary: Summary, lang: str) -> None:
    days = _days(points)
    sun = [point.pv_w / _W_PER_KW for point in points]
    engine = [point.diesel_w / _W_PER_KW for point in points]
    axes.stackplot(days, sun, engine, colors=(_SUN, _ENGINE), alpha=0.5, labels=_said(lang, "sun", "engine"))
    axes.plot(days, [point.delivered_w / _W_PER_KW for point in points], color=_USED, lw=1.2)
    axes.lines[-1].set_label(text("delivered", lang))
    axes.set_xlabel(text("days", lang))
    axes.set_ylabel("kW")
    battery = axes.twinx()
    battery.plot(days, [100 * point.battery for point in points], color="#2e8b57", lw=1, ls="--")
    battery.set_ylim(0, 105)
    battery.set_ylabel(text("battery", lang))
    axes.legend(loc="upper left", fontsize=8, frameon=False)


def _losses(axes: Axes, points: Sequence[RecordedPoint], _summary: Summary, lang: str) -> None:
    days = _days(points)
    lines = [point.losses_w / _W_PER_KW for point in points]
    stolen = [point.stolen_w / _W_PER_KW for point in points]
    labels = _said(lang, "lines", "stolen")
    axes.stackplot(days, lines, stolen, colors=(_LOST, _STOLEN), alpha=0.7, labels=labels)
    axes.set_xlabel(text("days", lang))
    axes.set_ylabel("kW")
    axes.legend(loc="upper left", fontsize=8, frameon=False)


def _voltages(axes: Axes, points: Sequence[RecordedPoint], _summary: Summary, lang: str) -> None:
    days = _days(points)
    low, mean, high = (
        [getattr(point, name) if point.energised else math.nan for point in points]  # a gap where all is dark
        for name in ("voltage_v_min", "voltage_v_mean", "voltage_v_max")
    )
    axes.fill_between(
        days, low, high, color=_USED, alpha=0.2, label=f"{text('lowest', lang)} – {text('highest', lang)}"
    )
    axes.plot(days, mean, color=_USED, lw=1, label=text("mean", lang))
    axes.set_xlabel(text("days", lang))
    axes.set_ylabel("V")
    axes.legend(loc="lower left", fontsize=8, frameon=False)


def _availability(axes: Axes, points: Sequence[RecordedPoint], summary: Summary, lang: str) -> None:
    hours = [
        (hour, 100 * share) for hour, share in enumerate(summary["availability_by_hour"]) if share is not None
    ]
    axes.bar([hour for hour, _ in hours], [share for _, share in hours], color=_USED, alpha=0.7)
    cut_off = 100 * sum(point.cut_off for point in points) / len(points)
    axes.axhline(100 - cut_off, color=_STOLEN, lw=1, ls="--")
    axes.lines[-1].set_label(f"100 − {text('cut-off-share', lang)}")
    axes.set_xlim(-0.6, 23.6)
    axes.set_ylim(0, 105)
    axes.set_xlabel(text("hour", lang))
    axes.set_ylabel("%")
    axes.legend(loc="lower left", fontsize=8, framealpha=0.9)


def _reads(axes: Axes, points: Sequence[RecordedPoint], _summary: Summary, lang: str) -> None:
    days = _days(points)
    wanted = [point.reads_wanted for point in points]
    axes.plot(days, wanted, color=_LOST, lw=4, alpha=0.5, label=text("wanted", lang))
    axes.plot(days, [point.reads_done for point in points], color=_USED, lw=1.2, label=text("done", lang))
    axes.set_xlabel(text("days", lang))
    axes.legend(loc="upper left", fontsize=8, frameon=False)


_CHARTS: dict[str, Draw] = {
    "supply": _supply,
    "losses": _losses,
    "voltages": _voltages,
    "availability": _availability,
    "reads": _reads,
}


def _said(lang: str, *names: str) -> list[str]:
    return [text(name, lang) for name in names]
