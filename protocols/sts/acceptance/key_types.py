"""Which key type may follow which: the table behind KeyTypeError."""

from collections.abc import Collection

from protocols.sts.identity.key_attributes import KeyType

_DITK, _DDTK, _DUTK, _DCTK = KeyType

KEY_TYPE_MATRIX: dict[KeyType, frozenset[KeyType]] = {
    _DITK: frozenset({_DITK, _DDTK, _DUTK, _DCTK}),
    _DDTK: frozenset({_DDTK, _DUTK, _DCTK}),
    _DUTK: frozenset({_DUTK, _DDTK}),
    _DCTK: frozenset({_DCTK, _DDTK}),  # DCTK to DDTK is from domain memory [M]
}
"""Present key type -> the types that a key change may load (IEC 62055-41, 6.5.2.3)."""

MAGNETIC_CARD = 1
NUMERIC = 2
VIRTUAL = 7
DLMS = 8
"""Token carrier types: erasable card (-51), 20 digits (-51), virtual (-52), DLMS (STS 101-2, code [M])."""

PPKW_CARRIERS = frozenset({NUMERIC, VIRTUAL, DLMS})


def key_type_allowed(present: KeyType, new: KeyType, carriers: Collection[int]) -> bool:
    """Tell whether a meter may go from one key type to another.

    A common key is only for meters that take erasable magnetic cards.

    Args:
        present: type of the key in the register.
        new: type in the first section.
        carriers: token carrier types of the meter.

    Source: IEC 62055-41, 6.5.2.3
    """
    if new is KeyType.DCTK and MAGNETIC_CARD not in carriers:
        return False
    return new in KEY_TYPE_MATRIX[present]
