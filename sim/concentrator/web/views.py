"""The pages: each a function from the concentrator's parts to a piece of HTML."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from sim.concentrator.facts import Facts
from sim.concentrator.registry import MeterRecord
from sim.concentrator.registry_states import MeterState
from sim.concentrator.web import codes
from sim.concentrator.web.codes import named
from sim.concentrator.web.html import Markup, cell, form, table
from sim.concentrator.web.texts import text

#: Parts, language, what forms must carry -> HTML.
View = Callable[[Facts, str, str], Markup]
_ENERGY = "1.0.1.8.0/2"
_EVENTS_SHOWN = 200
#: Of the summary: has a row of its own.
_SHOWN_ABOVE = "uplink"


def instant(utc_s: int | None, lang: str) -> str:
    """An instant for people."""
    if utc_s is None:
        return text(lang, "never")
    return datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%d %H:%M:%S")


def status(facts: Facts, lang: str, _csrf: str) -> Markup:
    """Clock, uptime, uplink and counts."""
    now_s, at_s = facts.now_s(), facts.clock.synchronised_s
    synchronised = text(lang, "never") if at_s is None else f"{now_s - at_s:.0f}"
    rows: list[tuple[object, object]] = [
        (text(lang, "clock"), facts.clock.utc().strftime("%Y-%m-%d %H:%M:%S")),
        (text(lang, "synchronised"), synchronised),
        (text(lang, "uptime"), int(facts.uptime_s())),
        (text(lang, "uplink"), facts.uplinks.active or "-"),
    ]
    counted = ((name, value) for name, value in facts.summary().items() if name != _SHOWN_ABOVE)
    rows += [(named(codes.SUMMARY, name, lang), value) for name, value in counted]
    return table(("", ""), rows, text(lang, "none"))


def nodes(facts: Facts, lang: str, csrf: str) -> Markup:
    """Every meter, with its newest energy and how old that is."""
    topology = facts.topology()
    heads = ["SAP", text(lang, "serial"), "EUI-48", text(lang, "state"), text(lang, "reason")]
    heads += [text(lang, key) for key in ("level", "contact", "energy", "age")] + [""]
    rows = []
    for record in facts.registry:
        entry = topology.get(record.eui48)
        rows.append(
            (
                record.sap,
                record.serial,
                record.eui48.hex(":"),
                text(lang, str(record.state)),
                named(codes.REASONS, record.reason, lang),
                "-" if entry is None or entry.lnid is None else entry.level,
                instant(facts.contact_utc_s(record), lang),
                *_energy(facts, record, lang),
                _decisions(record, lang, csrf),
            )
        )
    return table(heads, rows, text(lang, "none"))


def _energy(facts: Facts, record: MeterRecord, lang: str) -> tuple[object, object]:
    aged = facts.latest.of(record.serial, facts.clock.utc_s()).get(_ENERGY)
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


def topology(facts: Facts, lang: str, _csrf: str) -> Markup:
    """The tree of the wire, and how many nodes stand at each level."""
    table_of = facts.topology()
    children = Counter(entry.parent for entry in table_of.values() if entry.parent is not None)
    levels = Counter(entry.level for entry in table_of.values() if entry.lnid is not None)
    histogram = table((text(lang, "level"), "N"), sorted(levels.items()), text(lang, "none"))
    heads = ("EUI-48", *(text(lang, key) for key in ("serial", "state")), "LNID")
    heads += tuple(text(lang, key) for key in ("level", "parent", "children"))
    serials = {record.eui48: record.serial for record in facts.registry}
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


def tasks(facts: Facts, lang: str, csrf: str) -> Markup:
    """The plans, how their last run went, and a reading now."""
    heads = [text(lang, key) for key in ("plan", "task", "when", "last-run", "reached")]
    rows = []
    for plan in facts.collector.plans:
        run = facts.collector.last_runs.get(plan.name)
        asked = plan.to_table()
        when = asked.get("at") or f"{asked['every_minutes']:g} min"
        done = "" if run is None else f"{run.reached}/{run.meters}"
        rows.append(
            (
                plan.name,
                f"{named(codes.TASKS, plan.task, lang)} {' '.join(plan.obis)}",
                when,
                instant(None if run is None else run.ended_utc_s, lang),
                done,
            )
        )
    asked_for = [("serial", "text", text(lang, "serial"))]
    now = form("/tasks", csrf, text(lang, "read-now"), asked_for)
    return Markup(table(heads, rows, text(lang, "none")) + "<p></p>" + now)


def events(facts: Facts, lang: str, _csrf: str) -> Markup:
    """The newest events."""
    heads = [text(lang, key) for key in ("number", "when", "event", "serial", "detail")]
    newest = list(facts.events)[-_EVENTS_SHOWN:]
    rows = (
        (
            event.number,
            instant(event.utc_s, lang),
            event.kind.es if lang == "es" else event.kind.en,
            event.serial,
            event.detail,
        )
        for event in reversed(newest)
    )
    return table(heads, rows, text(lang, "none"))


def statistics(facts: Facts, lang: str, _csrf: str) -> Markup:
    """How well each meter is reached."""
    keys = ("serial", "attempts", "success", "latency", "level", "path", "retries", "lost")
    known = facts.topology()
    rows = []
    for record in facts.registry:
        found = facts.statistics_of(record, known)
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


def balance(facts: Facts, lang: str, _csrf: str) -> Markup:
    """The line loss of each day."""
    heads = [text(lang, key) for key in ("day", "totaliser", "meters", "loss", "coverage", "verdict")]
    rows = (
        (
            instant(day.day_utc_s, lang)[:10],
            day.totaliser_wh,
            day.meters_wh,
            f"{day.loss_percent:.2f}",
            f"{day.coverage_percent:.0f}",
            named(codes.VERDICTS, day.verdict, lang),
        )
        for day in reversed(facts.loss.days)
    )
    return table(heads, rows, text(lang, "none"))


def orders(facts: Facts, lang: str, csrf: str) -> Markup:
    """The orders with their state, and a token to deliver. Of a token nothing is shown."""
    heads = [text(lang, key) for key in ("order", "kind", "serial", "state", "attempts", "result")]
    rows = (
        (
            order.order,
            named(codes.ORDER_KINDS, order.kind, lang),
            order.serial,
            named(codes.ORDER_STATES, order.state, lang),
            order.attempts,
            order.result,
        )
        for order in reversed(facts.orders.all())
    )
    asked = [("serial", "text", text(lang, "serial")), ("token", "text", text(lang, "token"))]
    deliver = form("/orders", csrf, text(lang, "deliver"), asked)
    return Markup(table(heads, rows, text(lang, "none")) + "<p></p>" + deliver)


def parameters(facts: Facts, lang: str, csrf: str) -> Markup:
    """The parameters; those that may be set have a form."""
    rows = []
    for row in facts.parameters:
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
