"""What of a meter is seen: a few switches for the style, and words in the reader's language."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sim.meter.meter import Meter
from sim.meter.panel.texts import Lang, text

#: America/Bogota has no daylight saving.
_LOCAL = timedelta(hours=-5)
_WH_PER_KWH = 1_000
_COMMA = {"es": ",", "en": "."}


@dataclass(frozen=True, slots=True)
class Moment:
    """When it was looked at.

    Args:
        utc: of the world.
        speed: device seconds that pass in a second of the wall.
    """

    utc: datetime
    speed: float


def shown(meter: Meter, lang: Lang) -> dict[str, Any]:
    """What a person sees of one meter: ``words`` by field, and ``on``, the fields that are lit or closed."""
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
