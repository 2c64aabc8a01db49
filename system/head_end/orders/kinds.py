"""What each kind of order needs: who may ask for it, how long it is tried, and what its parameters are."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from system.accounts.operations import Operation
from system.head_end.vocabulary import OrderKind

_OBIS = re.compile(r"\d{1,3}(\.\d{1,3}){4,5}")
_DIGITS = re.compile(r"\d{20}")
_OBIS_MAX = 50
MODES = ("prepaid", "postpaid")


@dataclass(frozen=True, slots=True)
class KindRule:
    """The rule of a kind.

    Args:
        operation: what its user must be allowed to do.
        valid_for: so long it is tried where nobody says otherwise.
        complaint: what is wrong with parameters, a Spanish sentence; empty: nothing.
    """

    operation: Operation
    valid_for: timedelta
    complaint: Callable[[Mapping[str, Any]], str]


def _nothing(said: Mapping[str, Any]) -> str:
    return "" if not said else "Esta orden no lleva parámetros."


def _obis(said: Mapping[str, Any]) -> str:
    codes = said.get("obis", [])
    fits = isinstance(codes, list) and len(codes) <= _OBIS_MAX and set(said) <= {"obis"}
    if fits and all(isinstance(code, str) and _OBIS.fullmatch(code) for code in codes):
        return ""
    return "Los códigos OBIS de la lectura no son válidos."


def _digits(said: Mapping[str, Any]) -> str:
    fits = set(said) == {"digits"} and isinstance(said["digits"], str) and _DIGITS.fullmatch(said["digits"])
    return "" if fits else "Un token tiene 20 dígitos."


def _mode(said: Mapping[str, Any]) -> str:
    fits = set(said) == {"mode"} and said["mode"] in MODES
    return "" if fits else "El modo es prepago (prepaid) o pospago (postpaid)."


RULES: Mapping[OrderKind, KindRule] = {
    OrderKind.READ: KindRule(Operation.READ_METER, timedelta(hours=1), _obis),
    OrderKind.TOKEN: KindRule(Operation.DELIVER_TOKEN, timedelta(days=3), _digits),
    OrderKind.CUT: KindRule(Operation.SEND_ORDER, timedelta(hours=12), _nothing),
    OrderKind.RECONNECT: KindRule(Operation.SEND_ORDER, timedelta(days=1), _nothing),
    OrderKind.CLOCK: KindRule(Operation.SEND_ORDER, timedelta(hours=12), _nothing),
    OrderKind.MODE: KindRule(Operation.SEND_ORDER, timedelta(days=1), _mode),
}
#: The longest that an order is tried.
VALID_MAX = timedelta(days=30)
