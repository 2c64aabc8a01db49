"""Minting over arrays: credit, management, and the sections of key changes."""

import numpy as np
import numpy.typing as npt

from protocols.sts.amounts import AMOUNT_MAX, MANTISSA_BITS, MANTISSA_END, OFFSETS, STEPS
from protocols.sts.batch import misty1, sta
from protocols.sts.batch.arrays import CHUNK, Bytes, Field, Words64, field, key_array
from protocols.sts.batch.crc import token_crcs
from protocols.sts.batch.digits import token_digits
from protocols.sts.errors import KeyMaterialError
from protocols.sts.identity.key_attributes import KeyType
from protocols.sts.identity.token_identifier import TID_MAX
from protocols.sts.keys.derivation import DEFAULT_EA
from protocols.sts.keys.values import DecoderKey
from protocols.sts.token.carrier import TOKEN_DIGITS
from protocols.sts.token.credit import UNITS
from protocols.sts.token.key_change import PART_ORDER, KeyChange, key_change_sections

_ENCRYPT = {"07": sta.encrypt_many, "11": misty1.encrypt_many}
_PART_MASK = np.uint64(0xFFFFFFFF)


def mint_many(
    keys: npt.NDArray[np.uint8] | bytes,
    *,
    rnd: Field,
    tid: Field,
    amount_units: Field,
    subclass: Field = 0,
    ea: str = DEFAULT_EA,
) -> Bytes:
    """Make credit tokens, one for each TID.

    Args:
        keys: decoder keys, a row of 8 (EA07) or 16 (EA11) bytes for each token; one key serves all.
        rnd: 4 random bits, one for all or one for each.
        tid: 24-bit token identifiers; their number is the number of tokens.
        amount_units: in the unit of the subclass, rounded up by the coding.
        subclass: 0 electricity, 1 water, 2 gas, 3 time.
        ea: "07" or "11".

    Returns:
        One row of 20 numbers 0 to 9 for each token; `as_text` writes them.

    Raises:
        StsValueError: a field outside its range, or of another count.
        KeyMaterialError: keys of another length, or another number of keys than tokens.

    Source: IEC 62055-41, 6.2.2 and 6.4
    """
    count = np.size(tid)
    amounts = _coded(field("amount_units", amount_units, count, AMOUNT_MAX))
    content = (
        field("the subclass of credit", subclass, count, len(UNITS) - 1) << np.uint64(44)
        | field("RND", rnd, count, 15) << np.uint64(40)
        | field("TID", tid, count, TID_MAX) << np.uint64(16)
        | amounts
    )
    return _press(0, key_array(keys, ea), content, ea)


def key_changes_many(
    old_keys: npt.NDArray[np.uint8],
    new_keys: npt.NDArray[np.uint8],
    *,
    ken: int,
    krn: int,
    ti: int,
    key_type: KeyType,
    rollover: bool = False,
    sgc: str | None = None,
    ea: str = DEFAULT_EA,
) -> Bytes:
    """Make the key change tokens of many meters that go to the same attributes.

    Args:
        old_keys: keys in force, one row for each meter.
        new_keys: keys to load, in the same order.
        ken: new key expiry number.
        krn: new key revision number.
        ti: new tariff index.
        key_type: new key type.
        rollover: RO, True when the base date changes.
        sgc: new supply group code; EA11 always needs it, EA07 sends it in a third token when it is given.
        ea: "07" or "11".

    Returns:
        An array of meters, sections (in the order 1st, 2nd, 3rd, 4th) and 20 digits.

    Raises:
        StsValueError: an attribute outside its range.
        KeyMaterialError: keys of another length, or not as many new as old ones.

    Source: IEC 62055-41:2018, 6.2.7 to 6.2.13
    """
    old, new = key_array(old_keys, ea), key_array(new_keys, ea)
    if len(old) != len(new):
        raise KeyMaterialError(f"{len(old)} old keys need as many new ones, not {len(new)}")
    # A template with a key of zeros: the attributes are the same in every meter, only the parts differ.
    blank = DecoderKey(bytes(new.shape[1]), ea)
    sections = key_change_sections(KeyChange(blank, ken, krn, ti, key_type, rollover, sgc))
    parts = np.ascontiguousarray(new).view(">u4").astype(np.uint64)
    places = {subclass: place for place, subclass in enumerate(PART_ORDER[new.shape[1]])}
    tokens = np.empty((len(old), len(sections), TOKEN_DIGITS), np.uint8)
    for place, (subclass, section) in enumerate(sections.items()):
        content = np.full(len(old), subclass << 44 | section.content44(), np.uint64)
        if subclass in places:
            content |= parts[:, places[subclass]]
        tokens[:, place] = _press(2, old, content, ea)
    return tokens


def _coded(units: Words64) -> Words64:
    """Amounts in the 16-bit coding, rounded up; exponent by exponent from the largest down."""
    coded = units.copy()
    for exponent in range(1, len(STEPS)):
        offset, step = np.uint64(OFFSETS[exponent]), np.uint64(STEPS[exponent])
        # What the exponent below cannot reach, rounding up, belongs to this one.
        reach = np.uint64(OFFSETS[exponent - 1] + STEPS[exponent - 1] * (MANTISSA_END - 1))
        over = units > reach
        above = np.maximum(units, offset) - offset
        mantissa = (above + step - np.uint64(1)) // step
        coded = np.where(over, np.uint64(exponent << MANTISSA_BITS) | mantissa, coded)
    return coded


def _press(token_class: int, keys: Bytes, content48: Words64, ea: str) -> Bytes:
    """CRC, cipher and digits, in pieces that stay in a processor's cache."""
    count = content48.size
    if len(keys) not in (1, count):
        raise KeyMaterialError(f"a batch of {count} tokens needs one key, or {count}, not {len(keys)}")
    encrypt = _ENCRYPT[ea]
    digits = np.empty((count, TOKEN_DIGITS), np.uint8)
    for at in range(0, count, CHUNK):
        piece = slice(at, at + CHUNK)
        content = content48[piece]
        blocks = content << np.uint64(16) | token_crcs(token_class, content)
        enciphered = encrypt(keys if len(keys) == 1 else keys[piece], blocks)
        digits[piece] = token_digits(token_class, enciphered)
    return digits
