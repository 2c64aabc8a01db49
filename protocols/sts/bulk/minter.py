"""Minting over arrays: credit, management, and the sections of key changes."""

import hmac
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from Crypto.Cipher import DES

from protocols.sts import keys
from protocols.sts.amounts import AMOUNT_MAX, MANTISSA_BITS, MANTISSA_END, OFFSETS, STEPS
from protocols.sts.bulk import ciphers
from protocols.sts.bulk.ciphers import CHUNK, Bytes, Field, Words64, field, key_array, token_crcs
from protocols.sts.errors import KeyMaterialError
from protocols.sts.identity import (
    TID_MAX,
    BaseDate,
    KeyRevisionNumber,
    KeyType,
    MeterPrimaryAccountNumber,
    SupplyGroupCode,
    TariffIndex,
)
from protocols.sts.keys import (
    DEFAULT_DKGA,
    DEFAULT_EA,
    KEY_BYTES_BY_EA,
    DecoderKey,
    DerivationRequest,
    VendingKey,
    check_ea,
    refuse_unknown_dkga,
)
from protocols.sts.token.carrier import CLASS_MASK, CLASS_SHIFT, TOKEN_DIGITS
from protocols.sts.token.credit import UNITS
from protocols.sts.token.key_change import PART_ORDER, KeyChange, key_change_sections

# From blocks to digits over arrays: class bits hidden, 66 bits written as 20 decimal digits.
#
# 66 bits do not fit a machine word, so the number is taken apart as ``high * 10^10 + low``: the two bits
# above the word add a constant to each half.

_HALF = 10**10
_GROUP = 10**4
_GROUP_DIGITS = 4
_GROUPS = TOKEN_DIGITS // _GROUP_DIGITS
_ASCII_ZERO = 48

_HIGH_OF_TOP = np.array([(top << 64) // _HALF for top in range(4)], np.uint64)
_LOW_OF_TOP = np.array([(top << 64) % _HALF for top in range(4)], np.uint64)


@lru_cache(maxsize=1)
def _digits_of_groups() -> Bytes:
    """The four digits of each number below 10,000."""
    numbers = np.arange(_GROUP)
    return np.stack([numbers // 10**place % 10 for place in (3, 2, 1, 0)], axis=1).astype(np.uint8)


def token_digits(token_class: int, blocks: Words64) -> Bytes:
    """Return the 20 digits of each token, one row of numbers 0 to 9 for each block.

    Args:
        token_class: 0 to 3, hidden in bits 28 and 27.
        blocks: 64-bit blocks, enciphered where the class asks for it.

    Source: IEC 62055-41, 6.4.2; IEC 62055-51, 6.2
    """
    mask, shift = np.uint64(CLASS_MASK), np.uint64(CLASS_SHIFT)
    top = ((blocks & mask) >> shift).astype(np.intp)
    words = blocks & ~mask | np.uint64(token_class << CLASS_SHIFT)
    high, low = np.divmod(words, np.uint64(_HALF))
    low += _LOW_OF_TOP.take(top)
    carry = low >= _HALF
    high += _HIGH_OF_TOP.take(top) + carry
    low -= carry * np.uint64(_HALF)
    return _split(high, low)


def _split(high: Words64, low: Words64) -> Bytes:
    """Two halves of ten digits, high * 10^10 + low, as five groups of four digits."""
    group, hundred = np.uint64(_GROUP), np.uint64(100)
    groups = np.empty((high.size, _GROUPS), np.uint64)
    high_left, low_left = high // hundred, low // group
    groups[:, 0], groups[:, 1] = np.divmod(high_left, group)
    low_top = low_left // group
    groups[:, 2] = (high - high_left * hundred) * hundred + low_top
    groups[:, 3] = low_left - low_top * group
    groups[:, 4] = low - low_left * group
    packed = _digits_of_groups().view(np.uint32).ravel().take(groups.astype(np.intp))
    return packed.view(np.uint8)


def as_text(digits: Bytes) -> list[str]:
    """Return rows of digits as text, 20 characters each.

    >>> import numpy as np
    >>> as_text(np.array([[0, 1, 2, 3, 4] * 4], np.uint8))
    ['01234012340123401234']
    """
    rows = np.ascontiguousarray(digits + np.uint8(_ASCII_ZERO)).tobytes().decode("ascii")
    return [rows[at : at + TOKEN_DIGITS] for at in range(0, len(rows), TOKEN_DIGITS)]


_ENCRYPT = {"07": ciphers.encrypt_sta, "11": ciphers.encrypt_misty1}
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
    return _enciphered(0, key_array(keys, ea), content, ea)


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
        tokens[:, place] = _enciphered(2, old, content, ea)
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


def _enciphered(token_class: int, keys: Bytes, content48: Words64, ea: str) -> Bytes:
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


# Decoder keys of many meters from one vending key: what a key-change campaign or a load test begins with.

_PAN_AT = slice(27, 45)
"""Where the MeterPAN stands in the data block of DKGA04."""


def derive_many(
    vending_key: VendingKey,
    pans: Sequence[MeterPrimaryAccountNumber],
    *,
    sgc: str,
    dkga: str = DEFAULT_DKGA,
    ea: str = DEFAULT_EA,
    key_type: KeyType = KeyType.DUTK,
    ti: int = 1,
    krn: int = 1,
    base_date: BaseDate = BaseDate.Y2014,
) -> Bytes:
    """Make the decoder keys of many meters that share everything but their MeterPAN.

    Returns:
        One row for each meter: 8 bytes for EA07, 16 for EA11. They are keys: keep them as such.

    Raises:
        StsValueError: whatever `derive_decoder_key` refuses.

    Source: IEC 62055-41:2018, 6.5.3
    """
    width = KEY_BYTES_BY_EA[check_ea(ea)]
    derive = _DERIVE.get(dkga)
    if derive is None:
        raise refuse_unknown_dkga(dkga)
    if not pans:
        return np.empty((0, width), np.uint8)
    first = DerivationRequest(
        vending_key=vending_key,
        ea=ea,
        pan=pans[0],
        key_type=KeyType(key_type),
        sgc=SupplyGroupCode(sgc),
        ti=TariffIndex(ti),
        krn=KeyRevisionNumber(krn),
        base_date=BaseDate(base_date),
    )
    return np.frombuffer(derive(first, pans), np.uint8).reshape(len(pans), width)


def _dkga04(first: DerivationRequest, pans: Sequence[MeterPrimaryAccountNumber]) -> bytes:
    """One HMAC a meter: only the 18 digits of the PAN differ in what is hashed."""
    keys.derive_dkga04(first)  # refuses what the single path refuses
    block = keys.data_block(first)
    head, tail = block[: _PAN_AT.start], block[_PAN_AT.stop :]
    key, width = first.vending_key.value, KEY_BYTES_BY_EA[first.ea]
    digest = hmac.digest
    return b"".join([digest(key, head + pan.pan.encode() + tail, "sha256")[:width] for pan in pans])


def _dkga02(first: DerivationRequest, pans: Sequence[MeterPrimaryAccountNumber]) -> bytes:
    """One key schedule, and all blocks in one call of the DES."""
    keys.derive_dkga02(first)
    blocks = b"".join([keys.pan_block(pan, first.key_type) for pan in pans])
    mixed = np.frombuffer(blocks, np.uint64) ^ np.frombuffer(keys.control_block(first), np.uint64)
    cipher = DES.new(first.vending_key.value, DES.MODE_ECB)  # noqa: S304 - DKGA02 is single DES
    enciphered = np.frombuffer(cipher.encrypt(mixed.tobytes()), np.uint64)
    return (enciphered ^ mixed ^ np.frombuffer(first.vending_key.value, np.uint64)).tobytes()


_DERIVE = {"02": _dkga02, "04": _dkga04}
