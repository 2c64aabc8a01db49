"""Luhn's modulo-10 check digit, which closes a DRN and a MeterPAN.

Source: IEC 62055-41, 6.1.2.3.2 and 6.1.2.3.3 (ISO/IEC 7812-1 annex B).
"""

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
"""Twice a digit, its two digits added."""


def luhn_digit(payload: str) -> str:
    """Return the check digit that closes the decimal digits `payload`.

    >>> luhn_digit("60072700000000000")
    '9'
    """
    total = 0
    for place, digit in enumerate(reversed(payload)):
        value = ord(digit) - 48
        total += value if place % 2 else _DOUBLED[value]
    return str(-total % 10)


def luhn_ok(digits: str) -> bool:
    """Tell whether the last of `digits` is the check digit of those before it.

    >>> luhn_ok("11111111113")
    False
    """
    return luhn_digit(digits[:-1]) == digits[-1]
