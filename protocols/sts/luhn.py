"""Luhn's modulo-10 check digit, which closes a DRN and a MeterPAN.

Source: IEC 62055-41, 6.1.2.3.2 and 6.1.2.3.3 (ISO/IEC 7812-1 annex B).
"""

_DOUBLED = bytes.maketrans(b"0123456789", bytes([0, 2, 4, 6, 8, 1, 3, 5, 7, 9]))
"""ASCII digit -> twice its value, the two digits of that added."""

_AS_IT_IS = bytes.maketrans(b"0123456789", bytes(range(10)))


def luhn_digit(payload: str) -> str:
    """Return the check digit that closes the decimal digits `payload`.

    >>> luhn_digit("60072700000000000")
    '9'
    """
    digits = payload.encode("ascii")
    total = sum(digits[-1::-2].translate(_DOUBLED)) + sum(digits[-2::-2].translate(_AS_IT_IS))
    return str(-total % 10)


def luhn_ok(digits: str) -> bool:
    """Tell whether the last of `digits` is the check digit of those before it.

    >>> luhn_ok("11111111113")
    False
    """
    return luhn_digit(digits[:-1]) == digits[-1]
