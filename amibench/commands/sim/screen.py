"""The summary of a run as a person reads it."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from amibench.commands.sim.texts import text

Summary = Mapping[str, Any]
Row = tuple[str, str]

_DAY_S = 86_400.0
_WH_PER_KWH = 1_000
_THEFTS_SHOWN = 8


def show_summary(console: Console, summary: Summary, lang: str) -> None:
    """Print the summary on `console`."""
    days = summary["simulated_s"] / _DAY_S
    if summary.get("interrupted"):
        console.print(text("interrupted", lang, days=days), style="yellow")
    title = text("title", lang, name=summary["scenario"], seed=summary["seed"], days=round(days, 2))
    console.print(Text(title, style="bold"))
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column()
    table.add_column(justify="right")
    for heading, rows in _SECTIONS.items():
        for number, (what, value) in enumerate(rows(summary, lang)):
            table.add_row(text(heading, lang) if number == 0 else "", what, value)
    console.print(table)
    console.print(Text(f"{text('digest', lang)} {summary['digest']}", style="dim"), soft_wrap=True)


def _energy(summary: Summary, lang: str) -> Iterator[Row]:
    energy = summary["energy"]
    plant_losses_wh = energy["battery_losses_wh"] + energy["conversion_losses_wh"]
    shown = {**energy, "plant_losses_wh": plant_losses_wh}
    for name in (
        "generated_pv_wh",
        "generated_diesel_wh",
        "curtailed_pv_wh",
        "delivered_wh",
        "stolen_wh",
        "technical_losses_wh",
        "plant_losses_wh",
        "battery_change_wh",
    ):
        yield text(name, lang), _kwh(shown[name])
    yield text("balance", lang), f"{energy['balance_nj']} nJ"


def _supply(summary: Summary, lang: str) -> Iterator[Row]:
    supply = summary["supply"]
    yield text("service", lang), f"{supply['service_h_per_day']:.1f} h"
    yield text("voltage", lang), f"{supply['voltage_v_min']:.1f} V, {supply['voltage_v_max']:.1f} V"
    yield text("losses", lang), _percent(supply["technical_losses_share"])
    happened = [f"{name} × {count}" for name, count in supply["events"].items()]
    yield text("events", lang), ", ".join(happened) or text("nothing", lang)


def _theft(summary: Summary, lang: str) -> Iterator[Row]:
    theft = summary["theft"]
    planted = theft["planted"]
    if not planted:
        yield text("planted", lang), text("nothing", lang)
    for row in planted[:_THEFTS_SHOWN]:
        facts = {"kind": row["kind"], "meter": row["meter"], "kwh": row["stolen_wh"] / _WH_PER_KWH}
        yield text("planted", lang), text("planted-row", lang, **facts)
    found = theft["found"]
    if found is not None:
        yield text("found", lang), f"{_kwh(found['missing_wh'])} ({_percent(found['missing_share'])})"


def _metering(summary: Summary, lang: str) -> Iterator[Row]:
    registers, reads = summary["registers"], summary["reads"]
    yield text("in-class", lang), _of(registers["in_class"], registers["compared"], lang)
    yield text("worst", lang), f"{registers['worst_meter']}: {registers['worst_error_percent']:+.2f} %"
    yield text("reads", lang), _of(reads["done"], reads["wanted"], lang)
    if reads["late"]:
        yield text("reads-late", lang), str(reads["late"])
    rows = reads["rows"]
    if rows["captured"]:
        yield text("rows", lang), _of(rows["stored"], rows["captured"], lang)
        for name in ("on_their_way", "missing", "duplicated"):
            if rows[name]:
                yield text(f"rows-{name}", lang), str(rows[name])


def _sales(summary: Summary, lang: str) -> Iterator[Row]:
    tokens, customers = summary["tokens"], summary["customers"]
    yield text("bought", lang), f"{tokens['bought']} ({_kwh(tokens['bought_wh'])})"
    yield text("accepted", lang), str(tokens["accepted"])
    refused = [f"{name} × {count}" for name, count in tokens["refused"].items()]
    yield text("refused", lang), ", ".join(refused) or text("nothing", lang)
    if tokens["unanswered"]:
        yield text("unanswered", lang), str(tokens["unanswered"])
    if tokens["turned_away"]:
        yield text("turned-away", lang), str(tokens["turned_away"])
    yield text("cut-off", lang), _of(customers["cut_off_now"], customers["meters"], lang)
    yield text("cuts", lang), f"{customers['disconnections']}, {customers['reconnections']}"


def _keys(summary: Summary, lang: str) -> Iterator[Row]:
    change = summary.get("key_change")
    if change is None:
        return
    yield text("changed", lang), _of(change["changed"], change["changed"] + change["not_changed"], lang)
    yield text("stranded", lang), ", ".join(change["stranded"]) or text("nothing", lang)


_SECTIONS = {
    "energy": _energy,
    "supply": _supply,
    "theft": _theft,
    "metering": _metering,
    "sales": _sales,
    "keys": _keys,
}


def _kwh(energy_wh: int) -> str:
    return f"{energy_wh / _WH_PER_KWH:,.1f} kWh"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _of(part: int, whole: int, lang: str) -> str:
    return text("of", lang, part=part, whole=whole)
