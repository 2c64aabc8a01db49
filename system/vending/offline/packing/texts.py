"""Names and codes as messages take them: printable, bounded, never empty."""

import re

_CODE = re.compile(r"[A-Za-z0-9._:/-]{1,64}", re.ASCII)


def printable(text: str, most: int, otherwise: str = "-") -> str:
    """A text without control characters, at most so long.

    >>> printable("Rosa Pérez", 8), printable("", 8)
    ('Rosa Pér', '-')
    """
    return "".join(character for character in text if character.isprintable())[:most].strip() or otherwise


def is_code(text: str) -> bool:
    """Whether a message takes it as a code."""
    return _CODE.fullmatch(text) is not None


def code_of(text: str) -> str:
    """The nearest thing that a message takes as a code.

    >>> code_of("900.123.456-7"), code_of("Niu 4 ñ")
    ('900.123.456-7', 'Niu-4--')
    """
    return re.sub(r"[^A-Za-z0-9._:/-]", "-", text)[:64] or "-"
