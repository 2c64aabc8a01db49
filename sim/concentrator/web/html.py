"""Plain HTML: every value is escaped here, and nothing is fetched from anywhere."""

from collections.abc import Iterable, Sequence
from html import escape

from sim.concentrator.web.texts import text

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
