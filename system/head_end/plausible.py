"""What is not believed of readings. Pure functions over one column of a batch, in the order of time.

A register that counts energy up never goes back: where it does, it wrapped, was set back, or is another one.
What comes from there on is kept apart until somebody says what it was.
"""

from collections.abc import Mapping, Sequence

from system.head_end.desk import Column

#: Value group D of energy registers that only count up (time integral 1; IEC 62056-6-1, table of group D).
_CUMULATIVE = "8"
_GROUP_D = 3
#: COSEM classes whose values count: Register, Extended register.
_REGISTERS = frozenset({3, 4})
#: Exponents of ten and two at which registers wrap.
_MODULI: tuple[int, ...] = (*(10**digits for digits in range(5, 13)), 2**31, 2**32)
#: So near its end, and so near its beginning, a register is taken for one that wrapped.
_NEAR = 0.1


def is_cumulative(obis: str, class_id: int = 3) -> bool:
    """Whether a quantity only counts up.

    >>> is_cumulative("1.0.1.8.0"), is_cumulative("1.0.32.7.0")
    (True, False)
    """
    groups = obis.split(".")
    return class_id in _REGISTERS and len(groups) > _GROUP_D and groups[_GROUP_D] == _CUMULATIVE


def went_back(values: Sequence[int], before: int | None, afterwards: int | None = None) -> frozenset[int]:
    """Places of values that lie below one that was believed before them, or above one that was afterwards.

    Args:
        values: in the order of time.
        before: the last believed value before them; None: there is none.
        afterwards: the first believed value after them (rows that fill a gap); None: there is none.

    >>> sorted(went_back([5, 6, 2, 7], 4))
    [2]
    >>> sorted(went_back([5, 90], 4, 50))
    [1]
    """
    high, out = before, set()
    for place, value in enumerate(values):
        if (high is not None and value < high) or (afterwards is not None and value > afterwards):
            out.add(place)
        else:
            high = value
    return frozenset(out)


def wrapped_at(before: int, value: int) -> int | None:
    """The modulus at which a register seems to have wrapped; None: it was rather set back.

    >>> wrapped_at(99_990, 12)
    100000
    """
    for modulus in _MODULI:
        if modulus * (1 - _NEAR) <= before < modulus and 0 <= value < modulus * _NEAR:
            return modulus
    return None


def changed(known: Mapping[tuple[str, int], tuple[int, int | None]], column: Column) -> bool:
    """Whether a column counts otherwise than before: another scaler or another unit."""
    before = known.get((column.obis, column.attribute))
    return before is not None and before != (column.scaler, column.unit)
