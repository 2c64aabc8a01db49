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


def data_block(request: DerivationRequest) -> bytes:
    """Return the 49 bytes that are hashed: two groups of four length-prefixed ASCII elements, and L.

    Source: IEC 62055-41:2018, 6.5.3.6.3
    """
    context = _group(DKGA, request.base_date.code, request.ea, request.ti.digits)
    meter = _group(request.sgc.sgc, f"{request.key_type:d}", f"{request.krn.krn}", request.pan.pan)
    bits = 8 * KEY_BYTES_BY_EA[request.ea]
    return f"{context}\0{meter}".encode("ascii") + bits.to_bytes(4)


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


def _group(*elements: str) -> str:
    """A count of elements, then each with its length in front; counts and lengths are control characters."""
    return chr(len(elements)) + "".join([chr(len(element)) + element for element in elements])
