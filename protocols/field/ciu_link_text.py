"""The letters of the customer unit: 64 of them, six bits each: a whole display fits one short frame."""

from functools import lru_cache

from protocols.field.errors import CiuLinkError

LINES = 2
LINE_LENGTH = 16

#: Code -> letter. Capitals and digits, the small letters of "kWh", and what a display line needs beside them.
ALPHABET = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZkh.,:;/+-*%?!()='\"#&_<>@$[]"
SUBSTITUTE = "?"

_BITS = 6
PACKED_BYTES = LINES * LINE_LENGTH * _BITS // 8
_CODES = {letter: code for code, letter in enumerate(ALPHABET)}
#: A display shows the same few texts over and over.
_KEPT = 512


@lru_cache(_KEPT)
def pack(lines: tuple[str, ...]) -> bytes:
    """Two lines as 24 bytes; a letter that is not in the alphabet becomes a question mark.

    Raises:
        CiuLinkError: more lines, or longer ones, than the display has.

    >>> unpack(pack(("ACEPTADO", "+10.0 kWh")))
    ('ACEPTADO', '+10.0 kWh')
    """
    if len(lines) > LINES or any(len(line) > LINE_LENGTH for line in lines):
        raise CiuLinkError(f"a display has {LINES} lines of {LINE_LENGTH} letters, not {lines!r}")
    text = "".join(line.ljust(LINE_LENGTH) for line in lines).ljust(LINES * LINE_LENGTH)
    packed = 0
    for letter in text:
        packed = packed << _BITS | _CODES.get(letter, _CODES[SUBSTITUTE])
    return packed.to_bytes(PACKED_BYTES, "big")


@lru_cache(_KEPT)
def unpack(packed: bytes) -> tuple[str, ...]:
    """The two lines of 24 bytes, without the blanks at their ends."""
    value = int.from_bytes(packed, "big")
    places = range(_BITS * (LINES * LINE_LENGTH - 1), -1, -_BITS)
    text = "".join(ALPHABET[value >> place & (1 << _BITS) - 1] for place in places)
    return tuple(text[start : start + LINE_LENGTH].rstrip() for start in range(0, len(text), LINE_LENGTH))
