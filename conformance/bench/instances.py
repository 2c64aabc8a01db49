"""What the logical name of an object says of it: the class it should be of, the unit it should have.

Groups that no table here names may be anything.

>>> from protocols.dlms.obis import Obis
>>> classes_of(Obis.from_string("0.0.1.0.0")), unit_of(Obis.from_string("1.0.1.8.0"))
(frozenset({8}), 30)

Source: IEC 62056-6-1; DLMS UA, object definition tables (object lists), as far as public sources name them
"""

from protocols.dlms.obis import Obis

_ABSTRACT, _ELECTRICITY = 0, 1
ANY: frozenset[int] = frozenset()

#: (C, D or None for any) of abstract objects, whatever their E -> classes.
_ABSTRACT_CLASSES: tuple[tuple[int, int | None, frozenset[int]], ...] = (
    (1, 0, frozenset({8})),
    (10, None, frozenset({9})),
    (11, None, frozenset({11})),
    (12, None, frozenset({10})),
    (13, None, frozenset({20})),
    (14, None, frozenset({6})),
    (15, None, frozenset({22})),
    (16, 0, frozenset({21})),
    (16, 1, frozenset({21})),
    (16, 2, frozenset({65})),
    (17, None, frozenset({71})),
    (20, 0, frozenset({19})),
    (22, 0, frozenset({23})),
    (25, 0, frozenset({41})),
    (25, 1, frozenset({42})),
    (25, 2, frozenset({43})),
    (25, 3, frozenset({44})),
    (25, 4, frozenset({45})),
    (25, 6, frozenset({47})),
    (25, 9, frozenset({40})),
    (25, 10, frozenset({100})),
    (40, 0, frozenset({12, 15})),
    (41, 0, frozenset({17})),
    (42, 0, frozenset({1})),
    (43, 0, frozenset({64})),
    (43, 1, frozenset({1})),
    (44, 0, frozenset({18})),
    (98, None, frozenset({7})),
    (99, None, frozenset({7})),
)
#: Prepayment objects share C and tell their class by E. Source: OBIS list, 0.b.19.D.e
_PAYMENT_CLASSES: tuple[tuple[range, frozenset[int]], ...] = (
    (range(10), frozenset({111})),
    (range(10, 20), frozenset({112})),
    (range(20, 30), frozenset({113})),
    (range(40, 50), frozenset({115})),
)
_PAYMENT_C = 19
_SWITCH_C, _SWITCH_D, _SWITCH_E = 96, 3, range(10, 20)
_PROFILE_CS = (98, 99)

#: D of electricity -> classes.
_ELECTRICITY_CLASSES: dict[int, frozenset[int]] = {
    2: frozenset({1, 3, 4}),
    4: frozenset({3, 4, 5}),
    6: frozenset({3, 4, 5}),
    7: frozenset({1, 3, 4}),
    8: frozenset({1, 3, 4}),
    9: frozenset({1, 3, 4}),
}

_W, _VA, _VAR, _WH, _VAH, _VARH, _A, _V, _HZ, _COUNT = 27, 28, 29, 30, 31, 32, 33, 35, 44, 255
_POWER_DS, _ENERGY_DS = frozenset({2, 4, 5, 6, 7, 14, 15, 16, 24, 25, 26, 27}), frozenset({8, 9})
_ALL_PHASES_CS = 20
#: C of all phases -> (unit of power, unit of energy).
_POWER_UNITS: dict[int, tuple[int, int]] = (
    dict.fromkeys((1, 2, 15, 16), (_W, _WH))
    | dict.fromkeys(range(3, 9), (_VAR, _VARH))
    | dict.fromkeys((9, 10), (_VA, _VAH))
)
#: C of all phases -> unit of what has no energy, for instantaneous values.
_OTHER_UNITS: dict[int, int] = {11: _A, 12: _V, 13: _COUNT, 14: _HZ}
_INSTANTANEOUS_D = 7
_PHASE_CS = range(1, 81)


def classes_of(obis: Obis) -> frozenset[int]:
    """The classes that an object of this name may be of; empty where nothing is known."""
    if obis.c in _PROFILE_CS:
        return frozenset({7})
    if obis.a == _ELECTRICITY and obis.c in _PHASE_CS:
        return _ELECTRICITY_CLASSES.get(obis.d, ANY)
    if obis.a != _ABSTRACT:
        return ANY
    if obis.c == _PAYMENT_C and obis.d == 0:
        return next((classes for es, classes in _PAYMENT_CLASSES if obis.e in es), ANY)
    if (obis.c, obis.d) == (_SWITCH_C, _SWITCH_D) and obis.e in _SWITCH_E:
        return frozenset({70})
    rows = (classes for c, d, classes in _ABSTRACT_CLASSES if c == obis.c and d in (None, obis.d))
    return next(rows, ANY)


def unit_of(obis: Obis) -> int | None:
    """The unit that a register of this name should have; None where nothing is known."""
    if obis.a != _ELECTRICITY or obis.c not in _PHASE_CS:
        return None
    quantity = (obis.c - 1) % _ALL_PHASES_CS + 1
    powers = _POWER_UNITS.get(quantity)
    if powers is not None:
        power, energy = powers
        return power if obis.d in _POWER_DS else energy if obis.d in _ENERGY_DS else None
    return _OTHER_UNITS.get(quantity) if obis.d == _INSTANTANEOUS_D else None
