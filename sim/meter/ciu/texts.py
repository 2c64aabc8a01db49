"""Every word on the customer unit's display, in Spanish and English. The display knows ASCII only."""

from typing import Literal

Lang = Literal["es", "en"]

#: key -> (Spanish, English), each at most sixteen characters.
_TEXTS: dict[str, tuple[str, str]] = {
    "rejected": ("RECHAZADO", "REJECTED"),
    "idle.credit": ("CREDITO", "CREDIT"),
    "idle.low": ("CREDITO BAJO", "LOW CREDIT"),
    "idle.exhausted": ("SIN CREDITO", "NO CREDIT"),
    "idle.overload": ("SOBRECARGA", "OVERLOAD"),
    "idle.cut": ("SERVICIO CORTADO", "DISCONNECTED"),
    "code.unknown": ("CODIGO NO VALIDO", "UNKNOWN CODE"),
    # orders by short code
    "order.next_credit": ("EMERGENCIA", "EMERGENCY"),
    "order.reconnect": ("RECONECTAR", "RECONNECT"),
    "order.disconnect": ("DESCONECTAR", "DISCONNECT"),
    "order.done": ("HECHO", "DONE"),
    "order.refused": ("NO ES POSIBLE", "NOT POSSIBLE"),
    # the bare names of IEC 62055-41, said to a customer
    "Accept": ("ACEPTADO", "ACCEPTED"),
    "1stKCT": ("CLAVE PARTE 1", "KEY PART 1"),
    "2ndKCT": ("CLAVE PARTE 2", "KEY PART 2"),
    "3rdKCT": ("CLAVE PARTE 3", "KEY PART 3"),
    "4thKCT": ("CLAVE PARTE 4", "KEY PART 4"),
    "OverflowError": ("CREDITO LLENO", "CREDIT FULL"),
    "KeyTypeError": ("TIPO DE CLAVE", "KEY TYPE"),
    "FormatError": ("FORMATO ERRADO", "BAD FORMAT"),
    "RangeError": ("FUERA DE RANGO", "OUT OF RANGE"),
    "FunctionError": ("SIN ESA FUNCION", "NOT SUPPORTED"),
    "OldError": ("TOKEN ANTIGUO", "OLD TOKEN"),
    "UsedError": ("TOKEN YA USADO", "USED TOKEN"),
    "KeyExpiredError": ("CLAVE VENCIDA", "KEY EXPIRED"),
    "DDTKError": ("CLAVE DE FABRICA", "DEFAULT KEY"),
    "CRCError": ("TOKEN NO VALIDO", "INVALID TOKEN"),
    "MfrCodeError": ("OTRO FABRICANTE", "WRONG MAKER"),
    "LockOut": ("BLOQUEADO", "LOCKED"),
    # what the unit says by itself
    "unit.waiting": ("ESPERE", "WAIT"),
    "unit.held": ("TOKEN GUARDADO", "TOKEN HELD"),
    "unit.full": ("MEMORIA LLENA", "MEMORY FULL"),
    "unit.no_link": ("SIN ENLACE", "NO LINK"),
    "unit.unpaired": ("????", "????"),
    "unit.paired": ("VINCULADO", "PAIRED"),
    "unit.refused": ("NO VINCULADO", "NOT PAIRED"),
    "unit.parted": ("DESVINCULADO", "UNPAIRED"),
    # labels of what can be asked for with a short code or a test token
    "info.credit": ("CREDITO", "CREDIT"),
    "info.total": ("CONSUMO TOTAL", "TOTAL ENERGY"),
    "info.last_amount": ("ULTIMA RECARGA", "LAST RECHARGE"),
    "info.drn": ("MEDIDOR", "METER"),
    "info.sgc": ("GRUPO SGC", "SGC"),
    "info.key": ("KRN KT", "KRN KT"),
    "info.ti": ("TARIFA TI", "TARIFF TI"),
    "info.ken": ("VENCE CLAVE KEN", "KEY EXPIRY KEN"),
    "info.ea": ("ALGORITMO EA", "ALGORITHM EA"),
    "info.power": ("POTENCIA", "POWER"),
    "info.voltage": ("VOLTAJE", "VOLTAGE"),
    "info.power_limit": ("LIMITE POTENCIA", "POWER LIMIT"),
    "info.tamper": ("MANIPULACION", "TAMPER"),
    "info.version": ("VERSION", "VERSION"),
    "info.clock": ("FECHA Y HORA", "DATE AND TIME"),
    "info.switch": ("RELE", "SWITCH"),
    "info.display": ("8888888888888888", "8888888888888888"),
}

_COLUMN: dict[Lang, int] = {"es": 0, "en": 1}


def text(key: str, lang: Lang) -> str:
    """The words for `key`.

    Raises:
        KeyError: no such text: a mistake of the caller.
    """
    return _TEXTS[key][_COLUMN[lang]]


def keys() -> tuple[str, ...]:
    """Every key, for a test that they fit the display."""
    return tuple(_TEXTS)


def kwh(energy_wh: int, *, sign: bool = False) -> str:
    """An energy as the display shows it: kWh with one decimal, cut and not rounded.

    >>> kwh(12_345), kwh(10_000, sign=True), kwh(-60)
    ('12.3 kWh', '+10.0 kWh', '-0.0 kWh')
    """
    tenths = abs(energy_wh) // 100
    prefix = "-" if energy_wh < 0 else "+" if sign else ""
    return f"{prefix}{tenths // 10}.{tenths % 10} kWh"
