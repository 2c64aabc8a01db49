"""Plain HTML; every value is escaped here, and nothing is fetched from anywhere."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from sim.meter.ciu.keypad import DELETE, OK
from sim.meter.panel.texts import LANGS, Lang, text

#: The keys in rows as they lie on the unit, and what stands on the two that are no digit.
KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", DELETE, "0", OK)
_FACES = {DELETE: "⌫", OK: "↵"}
_LAMPS = ("credit-lamp", "alarm", "comms")
_INSIDE = ("credit", "relay", "load", "voltage", "time", "speed")
_COLUMNS = ("credit", "relay", "load")


def meter_page(lang: Lang, name: str, drn: str, seen: Mapping[str, Any]) -> str:
    """The customer unit of one meter, and beside it what only an instrument would tell."""
    t = _translator(lang)
    lines = "".join(_field(f"line-{number}", seen, "span") for number in (1, 2))
    lamps = "".join(_lamp(lang, lamp, seen) for lamp in (*_LAMPS, "sounder", "backlight"))
    keys = "".join(_key(lang, key) for key in KEYS)
    inside = "".join(f"<div><dt>{t(field)}</dt>{_field(field, seen, 'dd')}</div>" for field in _INSIDE)
    body = (
        f'<p class="notice" role="alert" data-field="notice"{_on("notice", seen)}></p>'
        f'<div class="two"><section class="unit" aria-label="{t("unit")}">'
        f'<div class="lcd" role="status" aria-label="{t("display")}" data-field="backlight-glow">'
        f"{lines}</div>"
        f'<ul class="lamps" aria-label="{t("lamps")}">{lamps}</ul>'
        f'<div class="keys" role="group" aria-label="{t("keypad")}">{keys}</div>'
        f'<p class="hint">{t("hint")}</p><noscript><p class="hint">{t("no-script")}</p></noscript></section>'
        f'<section class="inside"><h2>{t("inside")}</h2><dl>{inside}</dl></section></div>'
    )
    heading = f'{t("meter")} {escape(name)} <small>{t("drn")} <span id="drn">{escape(drn)}</span></small>'
    return _page(lang, f"{text(lang, 'meter')} {name}", heading, body, f' data-state="/state/{escape(name)}"')


def list_page(lang: Lang, rows: Iterable[tuple[str, str, Mapping[str, Any]]]) -> str:
    """Every meter of the panel: name, DRN, and what is seen of it."""
    t = _translator(lang)
    heads = "".join(f'<th scope="col">{t(head)}</th>' for head in ("meter", "drn", *_COLUMNS))
    lines = "".join(
        f'<tr data-meter="{escape(name)}"><th scope="row"><a href="/meter/{escape(name)}?lang={lang}">'
        f"{escape(name)}</a></th><td>{escape(drn)}</td>"
        + "".join(_field(field, seen, "td") for field in _COLUMNS)
        + "</tr>"
        for name, drn, seen in rows
    )
    body = f'<div class="table"><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    return _page(lang, text(lang, "title"), t("title"), body, ' data-states="/states"')


def _page(lang: Lang, title: str, heading: str, body: str, data: str) -> str:
    t, other = _translator(lang), LANGS[1 - LANGS.index(lang)]
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · {t('simulated')}</title>"
        '<link rel="stylesheet" href="/panel.css"><link rel="icon" href="data:,">'
        f'<script src="/panel.js" defer></script></head><body data-lang="{lang}"{data}>'
        f'<header><strong>{t("simulated")}</strong><nav aria-label="{t("meters")}">'
        f'<a href="/?lang={lang}">{t("meters")}</a>'
        f' <a href="?lang={other}" hreflang="{other}" lang="{other}">{t("other-language")}</a></nav></header>'
        f'<main><h1>{heading}</h1><p id="lost" role="alert" hidden>{t("lost")}</p>{body}</main></body></html>'
    )


def _translator(lang: Lang) -> Any:
    return lambda key: escape(text(lang, key))


def _field(field: str, seen: Mapping[str, Any], tag: str) -> str:
    words = escape(seen["words"].get(field, ""))
    return f'<{tag} data-field="{field}"{_on(field, seen)}>{words}</{tag}>'


def _on(field: str, seen: Mapping[str, Any]) -> str:
    return ' class="on"' if field in seen["on"] else ""


def _lamp(lang: Lang, lamp: str, seen: Mapping[str, Any]) -> str:
    label = escape(text(lang, lamp))
    lit = " on" if lamp in seen["on"] else ""
    kind = f'<li class="{lamp}{lit}" data-field="{lamp}-lit">'
    bulb = '<span class="bulb" aria-hidden="true"></span>'
    return f"{kind}{bulb}<span>{label}</span> {_field(lamp, seen, 'em')}</li>"


def _key(lang: Lang, key: str) -> str:
    if key not in _FACES:
        return f'<button type="button" data-key="{key}">{key}</button>'
    label = escape(text(lang, f"key-{key}"))
    return f'<button type="button" class="{key}" data-key="{key}" aria-label="{label}">{_FACES[key]}</button>'
