"""Vending keys, decoder keys, and how the second is made from the first (DKGA02 and DKGA04)."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from Crypto.Cipher import DES

from protocols.sts.errors import KeyMaterialError, UnsupportedAlgorithmError
from protocols.sts.identity import (
    BaseDate,
    KeyRevisionNumber,
    KeyType,
    MeterPrimaryAccountNumber,
    SupplyGroupCode,
    TariffIndex,
)

# Key values. They never show their bytes in `repr`, in messages or in tracebacks' summaries.

KEY_BYTES_BY_EA = {"07": 8, "09": 8, "11": 16}
"""Bytes of a decoder key, by encryption algorithm code."""

VENDING_KEY_BYTES = (8, 20)

WITHDRAWN_EAS = {"09": "EA09 (DEA) was withdrawn in IEC 62055-41:2018 and makes no tokens; use EA07 or EA11"}
"""Encryption algorithms known by name and refused unless only to decode, with the sentence that says so."""


def check_ea(ea: str, *, decode_only: bool = False) -> str:
    """Return `ea` if this implementation has the algorithm.

    Args:
        ea: two-digit code.
        decode_only: also let the withdrawn EA09 pass, whose tokens are read and never made.

    Raises:
        UnsupportedAlgorithmError: withdrawn, or unknown.
    """
    if ea in KEY_BYTES_BY_EA and (decode_only or ea not in WITHDRAWN_EAS):
        return ea
    raise UnsupportedAlgorithmError(
        WITHDRAWN_EAS.get(ea, f"EA{ea} is not an encryption algorithm of the STS; use EA07 or EA11")
    )


@dataclass(frozen=True, slots=True)
class VendingKey:
    """The key of a supply group: 8 bytes for DKGA02, 20 bytes for DKGA04.

    Raises:
        KeyMaterialError: another length.
    """

    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.value) not in VENDING_KEY_BYTES:
            raise KeyMaterialError(f"a vending key has 8 or 20 bytes, not {len(self.value)}")


@dataclass(frozen=True, slots=True)
class DecoderKey:
    """The key of one meter: 8 bytes for EA07, 16 bytes for EA11.

    Args:
        value: the bytes.
        ea: encryption algorithm code.
        decode_only: also take EA09 (8 bytes), to read its tokens.

    Raises:
        KeyMaterialError: a length that the algorithm does not take.
        UnsupportedAlgorithmError: an algorithm that is not supported.
    """

    value: bytes = field(repr=False)
    ea: str
    decode_only: bool = False

    def __post_init__(self) -> None:
        if len(self.value) != KEY_BYTES_BY_EA[check_ea(self.ea, decode_only=self.decode_only)]:
            raise KeyMaterialError(
                f"a decoder key for EA{self.ea} has {KEY_BYTES_BY_EA[self.ea]} bytes, not {len(self.value)}"
            )


# Derivation request: all that a decoder key is made from.


@dataclass(frozen=True, slots=True)
class DerivationRequest:
    """Inputs of a decoder key generation algorithm, every one already checked by its own type."""

    vending_key: VendingKey
    ea: str
    pan: MeterPrimaryAccountNumber
    key_type: KeyType
    sgc: SupplyGroupCode
    ti: TariffIndex
    krn: KeyRevisionNumber
    base_date: BaseDate


# DKGA02: the decoder key from a 64-bit vending key by single DES.
#
# ``DecoderKey = DES_VK(X) xor X xor VK`` with ``X = PANBlock xor CONTROLBlock``. The standard is read both
# with and without forcing odd parity on VK in the last step; both agree on an odd-parity key, so any other is
# refused.
#
# Source: IEC 62055-41, 6.5.3.3 and 6.5.3.5

DKGA02_VENDING_KEY_BYTES = 8
DKGA02_DECODER_KEY_BYTES = 8


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
    if len(value) != DKGA02_VENDING_KEY_BYTES:
        raise KeyMaterialError(f"DKGA02 needs a vending key of 8 bytes, not {len(value)}")
    for place, byte in enumerate(value, start=1):
        if byte.bit_count() % 2 == 0:
            raise KeyMaterialError(
                f"byte {place} of the vending key has even parity; DKGA02 needs odd parity in every byte"
            )


def derive_dkga02(request: DerivationRequest) -> bytes:
    """Return the 8 bytes of the decoder key.

    Raises:
        KeyMaterialError: a vending key of the wrong length or parity.
        UnsupportedAlgorithmError: an encryption algorithm that needs a longer key.
    """
    if KEY_BYTES_BY_EA[request.ea] != DKGA02_DECODER_KEY_BYTES:
        raise UnsupportedAlgorithmError(
            f"DKGA02 makes 64-bit keys for EA07 only, not for EA{request.ea}; use DKGA04"
        )
    check_vending_key(request.vending_key)
    mixed = _xor(pan_block(request.pan, request.key_type), control_block(request))
    enciphered = DES.new(request.vending_key.value, DES.MODE_ECB).encrypt(mixed)  # noqa: S304 - DKGA02 is single DES
    return _xor(_xor(enciphered, mixed), request.vending_key.value)


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left) ^ int.from_bytes(right)).to_bytes(len(left))


# DKGA04: the decoder key from a 160-bit vending key by HMAC-SHA-256 in counter-less feedback-less form.
#
# ``DecoderKey = leftmost L bits of HMAC-SHA-256(VK, data block)``, L = 64 for EA07 and 128 for EA11.
#
# Source: IEC 62055-41:2018, 6.5.3.6

DKGA04_VENDING_KEY_BYTES = 20

DKGA = "04"

_KEY_TYPE_DIGIT = {key_type: str(int(key_type)) for key_type in KeyType}
_BITS_BY_EA = {ea: (8 * count).to_bytes(4) for ea, count in KEY_BYTES_BY_EA.items()}


def data_block(request: DerivationRequest) -> bytes:
    """Return the 49 bytes that are hashed: two groups of four length-prefixed ASCII elements, and L.

    Every element has a fixed length, so counts and lengths stand in the text as control characters.

    Source: IEC 62055-41:2018, 6.5.3.6.3
    """
    return (
        f"\4\2{DKGA}\2{request.base_date.code}\2{request.ea}\2{request.ti.digits}"
        f"\0\4\6{request.sgc.sgc}\1{_KEY_TYPE_DIGIT[request.key_type]}\1{request.krn.krn}\x12{request.pan.pan}"
    ).encode("ascii") + _BITS_BY_EA[request.ea]


def derive_dkga04(request: DerivationRequest) -> bytes:
    """Return the bytes of the decoder key: 8 for EA07, 16 for EA11.

    Raises:
        KeyMaterialError: a vending key that is not 20 bytes.
        UnsupportedAlgorithmError: a common key (KT 3): sources disagree whether its PAN is replaced, none
            proves it.
    """
    vending_key = request.vending_key.value
    if len(vending_key) != DKGA04_VENDING_KEY_BYTES:
        raise KeyMaterialError(f"DKGA04 needs a vending key of 20 bytes, not {len(vending_key)}")
    if request.key_type is KeyType.DCTK:
        raise UnsupportedAlgorithmError(
            "DKGA04 for a common key (KT 3) is not settled by any published vector and is not supported"
        )
    return hmac.digest(vending_key, data_block(request), "sha256")[: KEY_BYTES_BY_EA[request.ea]]


# Choosing the decoder key generation algorithm by its code.

DEFAULT_DKGA = "04"
DEFAULT_EA = "11"

_DERIVE: dict[str, Callable[[DerivationRequest], bytes]] = {"02": derive_dkga02, "04": derive_dkga04}

REFUSED_DKGAS = {
    "01": "DKGA01 serves only meters made before 2000 and is not supported; use DKGA02 or DKGA04",
    "03": "DKGA03 was withdrawn in IEC 62055-41:2018 and is not supported; use DKGA02 or DKGA04",
}
"""Algorithms known by name and refused, with the sentence that says so."""


def refuse_unknown_dkga(dkga: str) -> UnsupportedAlgorithmError:
    """Return the refusal of a key generation algorithm that this implementation does not have."""
    unknown = f"DKGA{dkga} is not a key generation algorithm of the STS; use DKGA02 or DKGA04"
    return UnsupportedAlgorithmError(REFUSED_DKGAS.get(dkga, unknown))


def derive_decoder_key(
    dkga: str = DEFAULT_DKGA,
    ea: str = DEFAULT_EA,
    *,
    vending_key: VendingKey,
    pan: MeterPrimaryAccountNumber | str,
    sgc: SupplyGroupCode | str,
    key_type: KeyType | int = KeyType.DUTK,
    ti: TariffIndex | int = 1,
    krn: KeyRevisionNumber | int = 1,
    base_date: BaseDate | int = BaseDate.Y2014,
    decode_only: bool = False,
) -> DecoderKey:
    """Make the decoder key of one meter. Plain numbers and strings are checked as their identity types would.

    Args:
        dkga: "02" or "04".
        ea: "07" or "11".
        vending_key: 8 bytes of odd parity for DKGA02, 20 bytes for DKGA04.
        pan: MeterPAN, 18 digits.
        sgc: supply group code, 6 digits.
        key_type: 0 to 3.
        ti: tariff index, 0 to 99.
        krn: key revision number, 1 to 9.
        base_date: 1993, 2014 or 2035; DKGA02 does not use it.
        decode_only: also take the withdrawn EA09, to read its tokens.

    Raises:
        UnsupportedAlgorithmError: a DKGA, an EA or a pair of both that is not supported.
        KeyMaterialError: a vending key of the wrong length or parity.
        ValueError: any other value outside its range (`StsValueError`, or that of the enumerations).

    Source: IEC 62055-41:2018, 6.5.3
    """
    if dkga not in _DERIVE:
        raise refuse_unknown_dkga(dkga)
    request = DerivationRequest(
        vending_key=vending_key,
        ea=check_ea(ea, decode_only=decode_only),
        pan=MeterPrimaryAccountNumber(pan) if isinstance(pan, str) else pan,
        key_type=KeyType(key_type),
        sgc=SupplyGroupCode(sgc) if isinstance(sgc, str) else sgc,
        ti=TariffIndex(ti) if isinstance(ti, int) else ti,
        krn=KeyRevisionNumber(krn) if isinstance(krn, int) else krn,
        base_date=BaseDate(base_date),
    )
    return DecoderKey(_DERIVE[dkga](request), ea, decode_only)
