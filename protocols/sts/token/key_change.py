"""The tokens that load a new decoder key: two sections, three with the SGC, or four for a 128-bit key.

All sections are enciphered with the *old* key and carry the *new* attributes.

Source: IEC 62055-41:2018, 6.2.7 to 6.2.13 and 6.3.14 to 6.3.20
"""

from collections.abc import Mapping
from dataclasses import dataclass

from protocols.sts.cipher.algorithms import EncryptionAlgorithm
from protocols.sts.errors import KeyMaterialError, StsValueError, UnsupportedAlgorithmError
from protocols.sts.identity import KeyExpiryNumber, KeyRevisionNumber, KeyType, SupplyGroupCode, TariffIndex
from protocols.sts.keys import DecoderKey
from protocols.sts.token.codec import encode_token
from protocols.sts.token.management import (
    KeySection,
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    Set4thSectionDecoderKey,
)

PART_ORDER = {8: (3, 4), 16: (3, 8, 9, 4)}
"""By bytes of the key: subclasses that carry its 4-byte parts, most significant part first."""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A new key and the attributes that go with it; values are checked when the sections are made.

    Args:
        key: the new decoder key.
        ken: key expiry number, 0-255; 255 never expires.
        krn: key revision number, 1-9.
        ti: tariff index, 0-99.
        key_type: new key type.
        rollover: RO, True when the base date changes.
        sgc: new supply group code; a 128-bit key always carries it, a 64-bit key in a third token when it is
            given.
        three_kct: the 3KCT flag; by default set exactly when a third token of a 64-bit key is there.
    """

    key: DecoderKey
    ken: int
    krn: int
    ti: int
    key_type: KeyType
    rollover: bool = False
    sgc: str | None = None
    three_kct: bool | None = None


def key_change_sections(change: KeyChange) -> dict[int, KeySection]:
    """Return the sections by subclass, in the order 3, 4, 8, 9.

    Raises:
        StsValueError: an attribute outside its range, or a 128-bit key without its supply group code.

    Source: IEC 62055-41:2018, 6.3.14 to 6.3.20
    """
    ken, krn, ti = KeyExpiryNumber(change.ken), KeyRevisionNumber(change.krn), TariffIndex(change.ti)
    sgc = None if change.sgc is None else int(SupplyGroupCode(change.sgc))
    value = change.key.value
    wide = len(value) == 16
    if wide and sgc is None:
        raise StsValueError("a 128-bit key change carries the supply group code: give the SGC")
    parts = {
        subclass: int.from_bytes(value[4 * place : 4 * place + 4])
        for place, subclass in enumerate(PART_ORDER[len(value)])
    }
    three_kct = change.three_kct if change.three_kct is not None else sgc is not None and not wide
    sections: dict[int, KeySection] = {
        3: Set1stSectionDecoderKey(
            ken.ken >> 4, krn.krn, change.rollover, three_kct, KeyType(change.key_type), parts[3]
        ),
        4: Set2ndSectionDecoderKey(ken.ken & 15, ti.ti, parts[4]),
    }
    if sgc is not None and wide:
        sections[8] = Set3rdSectionDecoderKey(sgc & 0xFFF, parts[8])
        sections[9] = Set4thSectionDecoderKey(sgc >> 12, parts[9])
    elif sgc is not None:
        sections[8] = Set3rdSectionSupplyGroupCode(sgc)
    return sections


def key_change_tokens(
    new_key: DecoderKey,
    old_key: DecoderKey,
    *,
    ken: int,
    krn: int,
    ti: int,
    key_type: KeyType,
    rollover: bool = False,
    sgc: str | None = None,
    algorithm: EncryptionAlgorithm | None = None,
) -> list[str]:
    """Return the tokens that take a meter from `old_key` to `new_key`, first section first.

    Raises:
        UnsupportedAlgorithmError: the two keys are of different algorithms; a key change cannot change it.
        StsValueError: an attribute outside its range.
    """
    if new_key.ea != old_key.ea:
        raise UnsupportedAlgorithmError(f"a key change cannot lead from EA{old_key.ea} to EA{new_key.ea}")
    sections = key_change_sections(KeyChange(new_key, ken, krn, ti, key_type, rollover, sgc))
    return [encode_token(section, old_key, algorithm=algorithm) for section in sections.values()]


def join_key_parts(sections: Mapping[int, KeySection], ea: str) -> DecoderKey:
    """Put the key together from a complete set of sections by subclass.

    Raises:
        KeyMaterialError: a section with a key part is missing.
    """
    order = PART_ORDER[8 if ea == "07" else 16]
    value = b""
    for subclass in order:
        section = sections.get(subclass)
        if section is None or isinstance(section, Set3rdSectionSupplyGroupCode):
            raise KeyMaterialError("the set of key sections is not complete")
        value += section.key_part.to_bytes(4)
    return DecoderKey(value, ea)
