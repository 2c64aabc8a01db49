"""Pages of the panel as plain HTML, in the reader's language; every value is escaped here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any, Literal

from sim.meter.ciu.keypad_display import DELETE, OK
from sim.meter.meter import Meter

# ------------------------------------------------------------ texts

Lang = Literal["es", "en"]
LANGS: tuple[Lang, ...] = ("es", "en")

#: Key -> (Spanish, English).
TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Unidades de usuario", "Customer units"),
    "meter": ("Medidor", "Meter"),
    "meters": ("Todos los medidores", "All meters"),
    "simulated": ("Campo simulado", "Simulated field"),
    "unit": ("Unidad de usuario (CIU)", "Customer unit (CIU)"),
    "inside": ("Lo que pasa en el medidor", "What happens in the meter"),
    "display": ("Pantalla", "Display"),
    "keypad": ("Teclado de doce teclas", "Twelve-key keypad"),
    "lamps": ("Luces", "Lamps"),
    "comms": ("Comunicación", "Communication"),
    "alarm": ("Alarma", "Alarm"),
    "credit-lamp": ("Crédito", "Credit"),
    "sounder": ("Zumbador", "Sounder"),
    "backlight": ("Iluminación", "Backlight"),
    "credit": ("Crédito", "Credit"),
    "relay": ("Relé", "Relay"),
    "load": ("Carga", "Load"),
    "voltage": ("Tensión", "Voltage"),
    "time": ("Hora en la comunidad", "Time in the village"),
    "speed": ("Velocidad del tiempo", "Speed of time"),
    "drn": ("Número (DRN)", "Number (DRN)"),
    "on": ("encendido", "on"),
    "off": ("apagado", "off"),
    "sounding": ("suena", "sounding"),
    "silent": ("en silencio", "silent"),
    "closed": ("cerrado: hay servicio", "closed: there is supply"),
    "open": ("abierto: sin servicio", "open: no supply"),
    "no-power": ("El medidor no tiene energía.", "The meter has no power."),
    "key-ok": ("Entrar", "Enter"),
    "key-del": ("Borrar", "Delete"),
    "hint": (
        "Escriba los 20 dígitos con el ratón o con el teclado, o péguelos; termine con Entrar.",
        "Type the 20 digits with mouse or keyboard, or paste them; end with Enter.",
    ),
    "lost": (
        "El campo simulado no responde: ¿sigue en marcha?",
        "The simulated field does not answer: is it running?",
    ),
    "no-script": ("Las teclas necesitan JavaScript.", "The keys need JavaScript."),
    "other-language": ("English", "Español"),
    "unknown": ("No existe ese medidor.", "There is no such meter."),
}


def text(lang: Lang, key: str) -> str:
    """One of the words."""
    return TEXTS[key][LANGS.index(lang)]


def chosen(asked: str | None, accepted: str) -> Lang:
    """The language of a reader: asked for in the address, else as the browser says, else Spanish.

    >>> chosen(None, "en-GB,en;q=0.9"), chosen("es", "en"), chosen("xx", "")
    ('en', 'es', 'es')
    """
    for wanted in (asked or "", accepted.strip()):
        for lang in LANGS:
            if wanted[:2].lower() == lang:
                return lang
    return "es"


# ------------------------------------------------------------ pages

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


# ------------------------------------------------------------ state of a meter

#: America/Bogota has no daylight saving.
_LOCAL = timedelta(hours=-5)
_WH_PER_KWH = 1_000
_COMMA = {"es": ",", "en": "."}


@dataclass(frozen=True, slots=True)
class Moment:
    """Moment of a look at the world.

    Args:
        utc: of the world.
        speed: device seconds that pass in a second of the wall.
    """

    utc: datetime
    speed: float


def shown(meter: Meter, lang: Lang) -> dict[str, Any]:
    """View of one meter: ``words`` by field, and ``on``, the fields that are lit or closed."""
    meter.settle()
    display, lamps = meter.display(), meter.display().lamps
    closed = meter.parts.switch.relay_closed
    flow = meter.supply.flow(switch_closed=closed)
    lit = {
        "comms": lamps.comms,
        "alarm": lamps.alarm,
        "credit-lamp": lamps.credit,
        "backlight": display.backlight,
    }
    words = {
        "line-1": display.lines[0],
        "line-2": display.lines[1] if len(display.lines) > 1 else "",
        **{field: text(lang, "on" if is_lit else "off") for field, is_lit in lit.items()},
        "sounder": text(lang, "sounding" if display.sounder else "silent"),
        "credit": f"{_decimal(meter.parts.prepayment.credit_wh / _WH_PER_KWH, 1, lang)} kWh",
        "relay": text(lang, "closed" if closed else "open"),
        "load": f"{_decimal(flow.active_power_w, 0, lang)} W",
        "voltage": f"{_decimal(flow.voltage_v, 1, lang)} V",
        "notice": "" if meter.powered else text(lang, "no-power"),
    }
    states = {**lit, "sounder": display.sounder, "relay": closed, "notice": not meter.powered}
    return {"words": words, "on": sorted(field for field, is_on in states.items() if is_on)}


def moment_words(moment: Moment, lang: Lang) -> dict[str, str]:
    """The world's local time and its speed."""
    local = moment.utc + _LOCAL
    return {"time": f"{local:%Y-%m-%d %H:%M:%S}", "speed": f"× {_decimal(moment.speed, 0, lang)}"}


def _decimal(value: float, digits: int, lang: Lang) -> str:
    rounded = round(value, digits) + 0.0  # no minus before a zero
    return f"{rounded:.{digits}f}".replace(".", _COMMA[lang])
