"""Decoder keys of many meters from one vending key: what a key-change campaign or a load test begins with."""

import hmac
from collections.abc import Sequence

import numpy as np
from Crypto.Cipher import DES

from protocols.sts.batch.arrays import Bytes
from protocols.sts.identity.base_date import BaseDate
from protocols.sts.identity.key_attributes import KeyRevisionNumber, KeyType, SupplyGroupCode, TariffIndex
from protocols.sts.identity.meter import MeterPrimaryAccountNumber
from protocols.sts.keys import dkga02, dkga04
from protocols.sts.keys.derivation import DEFAULT_DKGA, DEFAULT_EA, refuse_unknown_dkga
from protocols.sts.keys.request import DerivationRequest
from protocols.sts.keys.values import KEY_BYTES_BY_EA, VendingKey, check_ea

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
    dkga04.derive(first)  # refuses what the single path refuses
    block = dkga04.data_block(first)
    head, tail = block[: _PAN_AT.start], block[_PAN_AT.stop :]
    key, width = first.vending_key.value, KEY_BYTES_BY_EA[first.ea]
    digest = hmac.digest
    return b"".join([digest(key, head + pan.pan.encode() + tail, "sha256")[:width] for pan in pans])


def _dkga02(first: DerivationRequest, pans: Sequence[MeterPrimaryAccountNumber]) -> bytes:
    """One key schedule, and all blocks in one call of the DES."""
    dkga02.derive(first)
    blocks = b"".join([dkga02.pan_block(pan, first.key_type) for pan in pans])
    mixed = np.frombuffer(blocks, np.uint64) ^ np.frombuffer(dkga02.control_block(first), np.uint64)
    cipher = DES.new(first.vending_key.value, DES.MODE_ECB)  # noqa: S304 - DKGA02 is single DES
    enciphered = np.frombuffer(cipher.encrypt(mixed.tobytes()), np.uint64)
    return (enciphered ^ mixed ^ np.frombuffer(first.vending_key.value, np.uint64)).tobytes()


_DERIVE = {"02": _dkga02, "04": _dkga04}
