"""The words of the panel: Spanish and English, a table."""

from typing import Literal

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
