"""Hexadecimal as people paste it: blanks, line ends, colons, ``0x``.

>>> parse_hex("0x7E a0:07").hex()
'7ea007'
"""

import re

from protocols.dlms.errors import DlmsValueError

_SEPARATORS = re.compile(r"0[xX]|[\s:,;-]+")
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


class HexError(DlmsValueError):
    """Text that is not hexadecimal.

    Args:
        english: one sentence.
        spanish: the same.
    """

    def __init__(self, english: str, spanish: str) -> None:
        super().__init__(english)
        self.english = english
        self.spanish = spanish


def parse_hex(text: str) -> bytes:
    """The octets of `text`.

    Raises:
        HexError: no digits, an odd number of them, or something else; says at which byte.
    """
    digits = _SEPARATORS.sub("", text)
    for index, digit in enumerate(digits):
        if digit not in _HEX_DIGITS:
            raise HexError(
                f"{digit!r} is not hexadecimal, at byte {index // 2}",
                f"{digit!r} no es hexadecimal, en el byte {index // 2}",
            )
    if not digits:
        raise HexError(
            "there are no hexadecimal digits, at byte 0", "no hay dígitos hexadecimales, en el byte 0"
        )
    if len(digits) % 2:
        raise HexError(
            f"the last byte has one digit only, at byte {len(digits) // 2}",
            f"el último byte tiene un solo dígito, en el byte {len(digits) // 2}",
        )
    return bytes.fromhex(digits)
