"""Keypad and display of the customer unit: entry buffer, pages, lamps, and every word shown.

The entry buffer is a table of transitions. The display has two lines of sixteen characters and knows ASCII
only.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from protocols.field.ciu_messages import Display
from sim.meter.payment.tokens import RESULT_NAMES
from sim.meter.units import US_PER_S

# ------------------------------------------------------------ display

#: One screen: at most two lines of sixteen characters.
Page = tuple[str, ...]

LINE_LENGTH = 16
LINES = 2


@dataclass(frozen=True, slots=True)
class Show:
    """Message to the unit: pages to show one after the other, then the idle page again.

    Args:
        pages: one or more screens.
        page_s: how long each stays.
        result: the standard's bare name of a token's result, for a bench that reads the unit; else None.
        beep_s: how long the sounder sounds.
    """

    pages: tuple[Page, ...]
    page_s: int
    result: str | None = None
    beep_s: int = 0


@dataclass(frozen=True, slots=True)
class Lamps:
    """Message to the unit: its three lamps.

    Args:
        comms: there is traffic at a port of the meter.
        alarm: a tamper condition stands.
        credit: there is credit to use.
    """

    comms: bool = False
    alarm: bool = False
    credit: bool = False


@dataclass(frozen=True, slots=True)
class UnitDisplay:
    """Display and sounder as a person in front of the unit sees and hears them."""

    lines: Page
    lamps: Lamps
    sounder: bool
    backlight: bool
    result: str | None = None


# ------------------------------------------------------------ keypad

DIGITS = frozenset("0123456789")
OK = "ok"
DELETE = "del"
KEYS = DIGITS | {OK, DELETE}

LONGEST_ENTRY = 20


class EntryState(Enum):
    """State of the entry."""

    IDLE = "idle"
    TYPING = "typing"


class KeyKind(Enum):
    """The three kinds of keys, and the absence of any for too long."""

    DIGIT = "digit"
    OK = "ok"
    DELETE = "del"
    TIME_OUT = "time-out"


@dataclass(slots=True)
class Keypad:
    """Keypad buffer: digits until ``ok``.

    Back-space on the last digit ends the entry; a digit beyond the twentieth is not taken.
    """

    digits: str = field(default="", init=False)

    @property
    def state(self) -> EntryState:
        """State of the entry."""
        return EntryState.TYPING if self.digits else EntryState.IDLE

    def press(self, key: str) -> str | None:
        """One key.

        Returns:
            The finished entry when this key ended it, else None.

        Raises:
            ValueError: there is no such key.
        """
        if key not in KEYS:
            raise ValueError(f"there is no key {key!r} on the customer unit")
        kind = KeyKind.DIGIT if key in DIGITS else KeyKind(key)
        return self._do(kind, key)

    def time_out(self) -> None:
        """Forget the entry: no key was pressed for too long."""
        self._do(KeyKind.TIME_OUT, "")

    def _do(self, kind: KeyKind, key: str) -> str | None:
        transition = TRANSITIONS.get((self.state, kind))
        if transition is None:
            return None
        self.digits, entry = transition(self.digits, key)
        return entry


#: What was typed and the key -> what is typed now, and the finished entry if there is one.
Transition = Callable[[str, str], tuple[str, str | None]]


def _append(digits: str, key: str) -> tuple[str, None]:
    return (digits + key)[:LONGEST_ENTRY], None


def _back_space(digits: str, _key: str) -> tuple[str, None]:
    return digits[:-1], None


def _finish(digits: str, _key: str) -> tuple[str, str]:
    return "", digits


def _forget(_digits: str, _key: str) -> tuple[str, None]:
    return "", None


#: (state, kind of key) -> transition; a pair that is missing does nothing.
TRANSITIONS: dict[tuple[EntryState, KeyKind], Transition] = {
    (EntryState.IDLE, KeyKind.DIGIT): _append,
    (EntryState.TYPING, KeyKind.DIGIT): _append,
    (EntryState.TYPING, KeyKind.DELETE): _back_space,
    (EntryState.TYPING, KeyKind.OK): _finish,
    (EntryState.TYPING, KeyKind.TIME_OUT): _forget,
}


# ------------------------------------------------------------ texts

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


# ------------------------------------------------------------ pages

#: What a unit shows that has not heard of its meter yet.
BLANK_PAGE = Display(("", ""))

GROUP = 4
DIGITS_ON_FIRST_LINE = 12


class PageQueue:
    """Pages that the meter sent, each for its time, one after the other."""

    __slots__ = ("_pages", "_shown_us")

    def __init__(self) -> None:
        self._pages: list[Display] = []
        self._shown_us = 0

    @property
    def ends_us(self) -> int | None:
        """End of the last page; None where there is none."""
        if not self._pages:
            return None
        return self._shown_us + sum(page.hold_s for page in self._pages) * US_PER_S

    def put(self, page: Display, now_us: int) -> None:
        """Take a page, after those that are there or instead of them."""
        self._expire(now_us)
        if not (page.append and self._pages):
            self._pages, self._shown_us = [], now_us
        self._pages.append(page)

    def clear(self) -> None:
        """Show none of them any more."""
        self._pages = []

    def page(self, now_us: int) -> Display | None:
        """The page of this instant."""
        self._expire(now_us)
        left_us = now_us - self._shown_us
        for page in self._pages:
            left_us -= page.hold_s * US_PER_S
            if left_us < 0:
                return page
        return None

    def beeps(self, now_us: int) -> bool:
        """True while the sounder sounds because of them."""
        self._expire(now_us)
        return bool(self._pages) and now_us < self._shown_us + self._pages[0].beep_s * US_PER_S

    def result(self, now_us: int) -> str | None:
        """Bare name of the token's result that they tell."""
        page = self.page(now_us)
        return RESULT_NAMES.get(page.result) if page else None

    def _expire(self, now_us: int) -> None:
        ends_us = self.ends_us
        if ends_us is not None and now_us >= ends_us:
            self._pages = []


def grouped_digits(digits: str) -> Page:
    """The digits in groups of four: three groups on the first line, two on the second.

    >>> grouped_digits("123456789012345")
    ('1234 5678 9012', '345')
    """
    groups = [digits[start : start + GROUP] for start in range(0, len(digits), GROUP)]
    first = DIGITS_ON_FIRST_LINE // GROUP
    return " ".join(groups[:first]), " ".join(groups[first:])
