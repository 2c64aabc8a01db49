"""DKGA04: the decoder key from a 160-bit vending key by HMAC-SHA-256 in counter-less feedback-less form.

``DecoderKey = leftmost L bits of HMAC-SHA-256(VK, data block)``, L = 64 for EA07 and 128 for EA11.

Source: IEC 62055-41:2018, 6.5.3.6
"""

import hmac

from protocols.sts.errors import KeyMaterialError, UnsupportedAlgorithmError
from protocols.sts.identity.key_attributes import KeyType
from protocols.sts.keys.request import DerivationRequest
from protocols.sts.keys.values import KEY_BYTES_BY_EA

VENDING_KEY_BYTES = 20

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


def derive(request: DerivationRequest) -> bytes:
    """Return the bytes of the decoder key: 8 for EA07, 16 for EA11.

    Raises:
        KeyMaterialError: a vending key that is not 20 bytes.
        UnsupportedAlgorithmError: a common key (KT 3): sources disagree whether its PAN is replaced, none
            proves it.
    """
    vending_key = request.vending_key.value
    if len(vending_key) != VENDING_KEY_BYTES:
        raise KeyMaterialError(f"DKGA04 needs a vending key of 20 bytes, not {len(vending_key)}")
    if request.key_type is KeyType.DCTK:
        raise UnsupportedAlgorithmError(
            "DKGA04 for a common key (KT 3) is not settled by any published vector and is not supported"
        )
    return hmac.digest(vending_key, data_block(request), "sha256")[: KEY_BYTES_BY_EA[request.ea]]
