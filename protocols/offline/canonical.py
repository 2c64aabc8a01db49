"""One spelling for equal values: JSON in ASCII, keys sorted, no blanks, no fractions.

What is signed and hashed is this spelling, and `read` takes no other: a file's digest names its content.
"""

import json
import re
from typing import Any

from protocols.offline.errors import OfflineError

INTEGER_DIGITS_MAX = 18
"""Digits of the longest integer: it fits the 64 bits of any database."""

#: Where none of these stands there is no fraction, no long integer and no half of a character.
_SUSPECT = re.compile(r"[0-9][.e]|[0-9]{19}|\\u0000|\\ud")

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def _no_fraction(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no integer")


def _integer(text: str) -> int:
    if len(text) > INTEGER_DIGITS_MAX + text.startswith("-"):
        raise ValueError("an integer is too long")
    return int(text)


_DECODER = json.JSONDecoder(parse_float=_no_fraction, parse_constant=_no_fraction, parse_int=_integer)


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value.

    Raises:
        OfflineError: it holds a fraction, an integer of more than 18 digits, half a character, or no JSON.
    """
    try:
        text = _ENCODER.encode(value)
        if _SUSPECT.search(text):
            _check(text)
    except (ValueError, TypeError, RecursionError):
        raise OfflineError(
            "el mensaje no se puede escribir: solo admite textos, enteros y listas",
            "the message cannot be written: it takes texts, integers and lists only",
        ) from None
    return text.encode("ascii")


def read(data: bytes) -> Any:
    """The value that `data` spells.

    Raises:
        OfflineError: it is not JSON, or spelled otherwise than `canonical` does.
    """
    try:
        text = data.decode("ascii")
        value = _check(text)
        same = _ENCODER.encode(value) == text
    except (ValueError, RecursionError):
        raise OfflineError(
            "el archivo no es un mensaje de amibench, o está dañado",
            "the file is no message of amibench, or it is damaged",
        ) from None
    if not same:
        raise OfflineError(
            "el archivo fue reescrito por otro programa: use el original",
            "the file was written anew by another program: use the original",
        )
    return value


def _check(text: str) -> Any:
    """Decode, and refuse what no database keeps: half a surrogate pair, and the character zero."""
    value = _DECODER.decode(text)
    if "\\u0000" in text:
        raise ValueError("a text holds the character zero")
    if "\\ud" in text:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value
