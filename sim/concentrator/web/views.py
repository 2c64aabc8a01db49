"""Views of the local page: each a function from the concentrator's context to escaped HTML."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from html import escape

from sim.concentrator.context import ConcentratorContext
from sim.concentrator.registry import MeterRecord, MeterState
from sim.concentrator.web import texts
from sim.concentrator.web.texts import named, text

# ---- HTML

PAGES = (
    "status",
    "nodes",
    "topology",
    "tasks",
    "events",
    "statistics",
    "balance",
    "orders",
    "parameters",
)
_CSS = """
body{font-family:sans-serif;margin:0;color:#222;background:#f6f6f4}
header{background:#1d4f3f;color:#fff;padding:.6em 1em}
nav a{color:#cfe8dd;margin-right:1em;text-decoration:none}nav a.here{color:#fff;font-weight:bold}
main{padding:1em;overflow-x:auto}table{border-collapse:collapse;background:#fff}
th,td{border:1px solid #ccc;padding:.3em .6em;text-align:left;vertical-align:top}th{background:#e4ece8}
.stale{color:#a33;font-weight:bold}.message{background:#fff4c2;padding:.5em;display:inline-block}
form{display:inline}input,button,select{font-size:1em;padding:.2em .5em}
"""


class Markup(str):
    """HTML that is made already; everything else is escaped."""

    __slots__ = ()


def cell(value: object) -> str:
    """A value inside a page."""
    if isinstance(value, Markup):
        return value
    return escape("" if value is None else str(value), quote=True)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> Markup:
    """A table; `empty` is said where there are no rows."""
    lines = ["<tr>" + "".join(f"<td>{cell(value)}</td>" for value in row) + "</tr>" for row in rows]
    if not lines:
        return Markup(f"<p>{cell(empty)}</p>")
    head = "".join(f"<th>{cell(value)}</th>" for value in heads)
    return Markup(f"<table><tr>{head}</tr>{''.join(lines)}</table>")


def form(action: str, csrf: str, label: str, fields: Iterable[tuple[str, str, str]] = ()) -> Markup:
    """A form that posts; fields are (name, type, value or label of an input that is shown)."""
    inputs = [f'<input type="hidden" name="csrf" value="{cell(csrf)}">']
    for name, kind, value in fields:
        if kind == "hidden":
            inputs.append(f'<input type="hidden" name="{cell(name)}" value="{cell(value)}">')
        elif kind == "value":
            inputs.append(f'<input name="{cell(name)}" value="{cell(value)}">')
        else:
            inputs.append(f'<label>{cell(value)} <input name="{cell(name)}" type="{cell(kind)}"></label> ')
    button = f"<button>{cell(label)}</button>"
    return Markup(f'<form method="post" action="{cell(action)}">{"".join(inputs)}{button}</form>')


def page(lang: str, serial: str, here: str, body: Markup, *, message: str = "", csrf: str = "") -> str:
    """A whole page; the menu is there once somebody is logged in (`csrf` of the log-out form)."""
    title = text(lang, "title")
    links = ""
    if csrf:
        links = "".join(
            f'<a href="/{name}"{" class=here" if name == here else ""}>{cell(text(lang, name))}</a>'
            for name in PAGES
        ) + form("/logout", csrf, text(lang, "logout"))
    told = f'<p class="message">{cell(message)}</p>' if message else ""
    return (
        f'<!DOCTYPE html><html lang="{cell(lang)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{cell(title)} {cell(serial)}</title>'
        f"<style>{_CSS}</style></head><body><header><strong>{cell(title)} {cell(serial)}</strong>"
        f"<nav>{links}</nav></header><main>{told}{body}</main></body></html>"
    )


# ---- views

#: Parts, language, what forms must carry -> HTML.
View = Callable[[ConcentratorContext, str, str], Markup]
_ENERGY = "1.0.1.8.0/2"
_EVENTS_SHOWN = 200
#: Of the summary: has a row of its own.
_SHOWN_ABOVE = "uplink"


def instant(utc_s: int | None, lang: str) -> str:
    """An instant for people."""
    if utc_s is None:
        return text(lang, "never")
    return datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%d %H:%M:%S")


def status(context: ConcentratorContext, lang: str, _csrf: str) -> Markup:
    """Clock, uptime, uplink and counts."""
    now_s, at_s = context.now_s(), context.clock.synchronised_s
    synchronised = text(lang, "never") if at_s is None else f"{now_s - at_s:.0f}"
    rows: list[tuple[object, object]] = [
        (text(lang, "clock"), context.clock.utc().strftime("%Y-%m-%d %H:%M:%S")),
        (text(lang, "synchronised"), synchronised),
        (text(lang, "uptime"), int(context.uptime_s())),
        (text(lang, "uplink"), context.uplinks.active or "-"),
    ]
    counted = ((name, value) for name, value in context.summary().items() if name != _SHOWN_ABOVE)
    rows += [(named(texts.SUMMARY, name, lang), value) for name, value in counted]
    return table(("", ""), rows, text(lang, "none"))


def nodes(context: ConcentratorContext, lang: str, csrf: str) -> Markup:
    """Every meter, with its newest energy and how old that is."""
    topology = context.topology()
    heads = ["SAP", text(lang, "serial"), "EUI-48", text(lang, "state"), text(lang, "reason")]
    heads += [text(lang, key) for key in ("level", "contact", "energy", "age")] + [""]
    rows = []
    for record in context.registry:
        entry = topology.get(record.eui48)
        rows.append(
            (
                record.sap,
                record.serial,
                record.eui48.hex(":"),
                text(lang, str(record.state)),
                named(texts.REASONS, record.reason, lang),
                "-" if entry is None or entry.lnid is None else entry.level,
                instant(context.contact_utc_s(record), lang),
                *_energy(context, record, lang),
                _decisions(record, lang, csrf),
            )
        )
    return table(heads, rows, text(lang, "none"))


def _energy(context: ConcentratorContext, record: MeterRecord, lang: str) -> tuple[object, object]:
    aged = context.latest.of(record.serial, context.clock.utc_s()).get(_ENERGY)
    if aged is None:
        return "-", "-"
    kind = "stale" if aged.stale else "fresh"
    return aged.value, Markup(f'{aged.age_s} <span class="{kind}">{cell(text(lang, kind))}</span>')


def _decisions(record: MeterRecord, lang: str, csrf: str) -> Markup:
    offered = []
    name = record.eui48.hex() if record.state is not MeterState.REGISTERED else record.serial
    if record.state is not MeterState.REGISTERED:
        offered.append(("1", text(lang, "confirm")))
    if record.state is not MeterState.REJECTED:
        offered.append(("0", text(lang, "reject")))
    return Markup(
        " ".join(
            form("/nodes", csrf, label, [("meter", "hidden", name), ("trusted", "hidden", trusted)])
            for trusted, label in offered
        )
    )


def topology(context: ConcentratorContext, lang: str, _csrf: str) -> Markup:
    """The tree of the wire, and how many nodes stand at each level."""
    table_of = context.topology()
    children = Counter(entry.parent for entry in table_of.values() if entry.parent is not None)
    levels = Counter(entry.level for entry in table_of.values() if entry.lnid is not None)
    histogram = table((text(lang, "level"), "N"), sorted(levels.items()), text(lang, "none"))
    heads = ("EUI-48", *(text(lang, key) for key in ("serial", "state")), "LNID")
    heads += tuple(text(lang, key) for key in ("level", "parent", "children"))
    serials = {record.eui48: record.serial for record in context.registry}
    rows = [
        (
            entry.eui48.hex(":"),
            serials.get(entry.eui48, ""),
            text(lang, str(entry.state)),
            entry.lnid,
            entry.level,
            "" if entry.parent is None else entry.parent.hex(":"),
            children[entry.eui48],
        )
        for entry in sorted(table_of.values(), key=lambda entry: (entry.level, entry.eui48))
    ]
    return Markup(histogram + "<p></p>" + table(heads, rows, text(lang, "none")))


def tasks(context: ConcentratorContext, lang: str, csrf: str) -> Markup:
    """The plans, how their last run went, and a reading now."""
    heads = [text(lang, key) for key in ("plan", "task", "when", "last-run", "reached")]
    rows = []
    for plan in context.collector.plans:
        run = context.collector.last_runs.get(plan.name)
        asked = plan.to_table()
        when = asked.get("at") or f"{asked['every_minutes']:g} min"
        done = "" if run is None else f"{run.reached}/{run.meters}"
        rows.append(
            (
                plan.name,
                f"{named(texts.TASKS, plan.task, lang)} {' '.join(plan.obis)}",
                when,
                instant(None if run is None else run.ended_utc_s, lang),
                done,
            )
        )
    asked_for = [("serial", "text", text(lang, "serial"))]
    now = form("/tasks", csrf, text(lang, "read-now"), asked_for)
    return Markup(table(heads, rows, text(lang, "none")) + "<p></p>" + now)


def events(context: ConcentratorContext, lang: str, _csrf: str) -> Markup:
    """The newest events."""
    heads = [text(lang, key) for key in ("number", "when", "event", "serial", "detail")]
    newest = list(context.events)[-_EVENTS_SHOWN:]
    rows = (
        (
            event.number,
            instant(event.utc_s, lang),
            named(texts.EVENTS, event.name, lang),
            event.serial,
            event.detail,
        )
        for event in reversed(newest)
    )
    return table(heads, rows, text(lang, "none"))


def statistics(context: ConcentratorContext, lang: str, _csrf: str) -> Markup:
    """Reachability of each meter."""
    keys = ("serial", "attempts", "success", "latency", "level", "path", "retries", "lost")
    known = context.topology()
    rows = []
    for record in context.registry:
        found = context.statistics_of(record, known)
        rows.append(
            (
                found.serial,
                found.attempts,
                "-" if found.success_percent is None else f"{found.success_percent:.1f}",
                "-" if found.latency_mean_s is None else f"{found.latency_mean_s:.2f}",
                "-" if found.level is None else found.level,
                " > ".join(found.path),
                found.retries,
                found.lost,
            )
        )
    return table([text(lang, key) for key in keys], rows, text(lang, "none"))


def balance(context: ConcentratorContext, lang: str, _csrf: str) -> Markup:
    """The line loss of each day."""
    heads = [text(lang, key) for key in ("day", "totaliser", "meters", "loss", "coverage", "verdict")]
    rows = (
        (
            instant(day.day_utc_s, lang)[:10],
            day.totaliser_wh,
            day.meters_wh,
            f"{day.loss_percent:.2f}",
            f"{day.coverage_percent:.0f}",
            named(texts.VERDICTS, day.verdict, lang),
        )
        for day in reversed(context.loss.days)
    )
    return table(heads, rows, text(lang, "none"))


def orders(context: ConcentratorContext, lang: str, csrf: str) -> Markup:
    """The orders with their state, and a token to deliver. Of a token nothing is shown."""
    heads = [text(lang, key) for key in ("order", "kind", "serial", "state", "attempts", "result")]
    rows = (
        (
            order.order,
            named(texts.ORDER_KINDS, order.kind, lang),
            order.serial,
            named(texts.ORDER_STATES, order.state, lang),
            order.attempts,
            order.result,
        )
        for order in reversed(context.orders.all())
    )
    asked = [("serial", "text", text(lang, "serial")), ("token", "text", text(lang, "token"))]
    deliver = form("/orders", csrf, text(lang, "deliver"), asked)
    return Markup(table(heads, rows, text(lang, "none")) + "<p></p>" + deliver)


def parameters(context: ConcentratorContext, lang: str, csrf: str) -> Markup:
    """The parameters; those that may be set have a form."""
    rows = []
    for row in context.parameters:
        shown: object = row.read()
        if row.write is not None:
            fields = [("name", "hidden", row.name), ("value", "value", row.read())]
            shown = form("/parameters", csrf, text(lang, "set"), fields)
        rows.append((row.es if lang == "es" else row.en, row.name, shown))
    return table(("", "", text(lang, "value")), rows, text(lang, "none"))


#: Name of a page -> the page.
VIEWS: dict[str, View] = {
    "status": status,
    "nodes": nodes,
    "topology": topology,
    "tasks": tasks,
    "events": events,
    "statistics": statistics,
    "balance": balance,
    "orders": orders,
    "parameters": parameters,
}
