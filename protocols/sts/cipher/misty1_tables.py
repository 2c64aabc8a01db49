"""The two substitution boxes of MISTY1: S7 as printed, S9 from its algebraic normal form.

Source: RFC 2994, 2.3 (S7) and the designer's paper for the polynomials of S9 (M. Matsui, FSE 1997)
"""

S7 = bytes(
    [
        27, 50, 51, 90, 59, 16, 23, 84, 91, 26, 114, 115, 107, 44, 102, 73,
        31, 36, 19, 108, 55, 46, 63, 74, 93, 15, 64, 86, 37, 81, 28, 4,
        11, 70, 32, 13, 123, 53, 68, 66, 43, 30, 65, 20, 75, 121, 21, 111,
        14, 85, 9, 54, 116, 12, 103, 83, 40, 10, 126, 56, 2, 7, 96, 41,
        25, 18, 101, 47, 48, 57, 8, 104, 95, 120, 42, 76, 100, 69, 117, 61,
        89, 72, 3, 87, 124, 79, 98, 60, 29, 33, 94, 39, 106, 112, 77, 58,
        1, 109, 110, 99, 24, 119, 35, 5, 38, 118, 0, 49, 45, 122, 127, 97,
        80, 34, 17, 6, 71, 22, 82, 78, 113, 62, 105, 67, 52, 92, 88, 125,
    ]
)  # fmt: skip
"""Substitution of 7 bits."""

_S9_CONSTANT = 0b111000011

_S9_POLYNOMIALS = (
    "04 05 15 16 26 27 37 38 48",
    "02 3 13 23 34 45 06 26 7 08 38 58",
    "01 13 4 04 24 34 45 06 56 17 37 8",
    "0 12 24 5 15 35 45 56 17 67 28 48",
    "1 03 23 05 35 6 26 46 56 67 28 78",
    "2 03 14 34 16 46 7 37 57 67 08 78",
    "01 3 14 25 45 27 57 8 08 48 68 78",
    "1 01 12 23 04 5 16 36 07 47 67 18",
    "0 01 12 4 05 25 36 56 07 08 38 68",
)
"""For each output bit, the input bits whose products are added: "04" is x0·x4, "3" is x3."""


def _masks(polynomial: str) -> list[int]:
    """For each product of a polynomial, the input bits that must all be set."""
    return [sum(1 << int(bit) for bit in term) for term in polynomial.split()]


_S9_MASKS = [_masks(polynomial) for polynomial in _S9_POLYNOMIALS]


def _s9(value: int) -> int:
    result = _S9_CONSTANT
    for place, masks in enumerate(_S9_MASKS):
        result ^= sum([value & mask == mask for mask in masks]) % 2 << place
    return result


S9 = tuple(_s9(value) for value in range(512))
"""Substitution of 9 bits."""
