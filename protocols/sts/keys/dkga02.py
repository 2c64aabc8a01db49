"""DKGA02: the decoder key from a 64-bit vending key by single DES.

``DecoderKey = DES_VK(X) xor X xor VK`` with ``X = PANBlock xor CONTROLBlock``. The standard is read both with
and without forcing odd parity on VK in the last step; both agree on an odd-parity key, so any other is
refused.

Source: IEC 62055-41, 6.5.3.3 and 6.5.3.5
"""

from Crypto.Cipher import DES

from protocols.sts.errors import KeyMaterialError, UnsupportedAlgorithmError
from protocols.sts.identity.key_attributes import KeyType
from protocols.sts.identity.meter import MeterPrimaryAccountNumber
from protocols.sts.keys.request import DerivationRequest
from protocols.sts.keys.values import KEY_BYTES_BY_EA, VendingKey

VENDING_KEY_BYTES = 8
DECODER_KEY_BYTES = 8


def pan_block(pan: MeterPrimaryAccountNumber, key_type: KeyType) -> bytes:
    """Return MeterPAN digits 2 to 17 as 16 BCD nibbles; a common key has zeros for the DRN.

    Source: IEC 62055-41, 6.5.3.3.2
    """
    digits = pan.pan[1:-1]
    if key_type is KeyType.DCTK:
        digits = pan.iin[1:].ljust(16, "0")
    return bytes.fromhex(digits)


def control_block(request: DerivationRequest) -> bytes:
    """Return KT, SGC, TI and KRN as BCD nibbles, filled up with ones.

    Source: IEC 62055-41, 6.5.3.3.3
    """
    key_type, krn = int(request.key_type), request.krn.krn
    return bytes.fromhex(f"{key_type}{request.sgc.sgc}{request.ti.digits}{krn}FFFFFF")


def check_vending_key(vending_key: VendingKey) -> None:
    """Refuse a vending key that DKGA02 cannot take.

    Raises:
        KeyMaterialError: not 8 bytes, or a byte of even parity.
    """
    value = vending_key.value
    if len(value) != VENDING_KEY_BYTES:
        raise KeyMaterialError(f"DKGA02 needs a vending key of 8 bytes, not {len(value)}")
    for place, byte in enumerate(value, start=1):
        if byte.bit_count() % 2 == 0:
            raise KeyMaterialError(
                f"byte {place} of the vending key has even parity; DKGA02 needs odd parity in every byte"
            )


def derive(request: DerivationRequest) -> bytes:
    """Return the 8 bytes of the decoder key.

    Raises:
        KeyMaterialError: a vending key of the wrong length or parity.
        UnsupportedAlgorithmError: an encryption algorithm that needs a longer key.
    """
    if KEY_BYTES_BY_EA[request.ea] != DECODER_KEY_BYTES:
        raise UnsupportedAlgorithmError(
            f"DKGA02 makes 64-bit keys for EA07 only, not for EA{request.ea}; use DKGA04"
        )
    check_vending_key(request.vending_key)
    mixed = _xor(pan_block(request.pan, request.key_type), control_block(request))
    enciphered = DES.new(request.vending_key.value, DES.MODE_ECB).encrypt(mixed)  # noqa: S304 - DKGA02 is single DES
    return _xor(_xor(enciphered, mixed), request.vending_key.value)


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left) ^ int.from_bytes(right)).to_bytes(len(left))
