"""The envelope: what kind of message it is, who signed it, and whether the signature holds.

    {"format": "amibench-offline/1", "kind": K, "body": {…}, "signer": ID, "signature": HEX}

The signature (Ed25519, RFC 8032) is over the canonical spelling of the four other fields; `signer` is the
first 16 hexadecimal digits of the SHA-256 of the public key.
"""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocols.offline.canonical import canonical, read
from protocols.offline.errors import OfflineError

FORMAT = "amibench-offline/1"
OCTETS_MAX = 16_000_000
"""The longest message of any kind."""

PUBLIC_OCTETS = 32
SIGNATURE_OCTETS = 64
SIGNER_DIGITS = 16
KIND_CHARACTERS_MAX = 40

Sign = Callable[[bytes], bytes]
"""(data) -> its Ed25519 signature, 64 octets."""

_FIELDS = {"format", "kind", "body", "signer", "signature"}


class Peeked(NamedTuple):
    """Head of an envelope; nothing of it is proven.

    Attributes:
        kind: of the message.
        signer: see `signer_id`.
        body: as it stands.
    """

    kind: str
    signer: str
    body: dict[str, Any]


def signer_id(public: bytes) -> str:
    """The name of a key in an envelope: 16 hexadecimal digits."""
    return hashlib.sha256(public).hexdigest()[:SIGNER_DIGITS]


def fingerprint(public: bytes) -> str:
    """The name of a key as two people read it to each other: four groups of four digits.

    >>> fingerprint(bytes(32))
    '6668 7AAD F862 BD77'
    """
    digits = signer_id(public).upper()
    return " ".join(digits[place : place + 4] for place in range(0, SIGNER_DIGITS, 4))


def seal(kind: str, body: dict[str, Any], signer_public: bytes, sign: Sign) -> bytes:
    """A signed message.

    Args:
        kind: of the message.
        body: JSON without fractions.
        signer_public: 32 octets.
        sign: makes the signature of the key whose public half that is.

    Raises:
        OfflineError: the body is no such JSON, or longer than `OCTETS_MAX`.
    """
    signed = {"format": FORMAT, "kind": kind, "body": body, "signer": signer_id(signer_public)}
    data = canonical({**signed, "signature": sign(canonical(signed)).hex()})
    if len(data) > OCTETS_MAX:
        raise _too_long(OCTETS_MAX)
    return data


def peek(data: bytes, octets_max: int = OCTETS_MAX) -> Peeked:
    """Kind, signer and body of a message, unproven: to find the key by which `open_envelope` proves it.

    Raises:
        OfflineError: too long, or no envelope of this format.
    """
    envelope = _read(data, octets_max)
    return Peeked(envelope["kind"], envelope["signer"], envelope["body"])


def open_envelope(data: bytes, kind: str, public: bytes, octets_max: int = OCTETS_MAX) -> dict[str, Any]:
    """The body of a message of this kind that this key signed.

    Args:
        data: the message.
        kind: that it must be of.
        public: the key, 32 octets.
        octets_max: the longest that is read.

    Raises:
        OfflineError: too long, no envelope, of another kind, signed by another, or the signature is wrong.
    """
    envelope = _read(data, octets_max)
    if envelope["kind"] != kind:
        raise OfflineError(
            f"el archivo es de otra clase: se espera {kind}", f"the file is of another kind: {kind} is wanted"
        )
    if envelope["signer"] != signer_id(public):
        raise OfflineError("el mensaje lo firmó otro", "the message is signed by another")
    signature = bytes.fromhex(envelope.pop("signature"))
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, canonical(envelope))
    except (InvalidSignature, ValueError):
        raise OfflineError(
            "la firma no corresponde: el mensaje fue alterado",
            "the signature does not fit: the message was altered",
        ) from None
    body: dict[str, Any] = envelope["body"]
    return body


def _read(data: bytes, octets_max: int) -> dict[str, Any]:
    if len(data) > octets_max:
        raise _too_long(octets_max)
    envelope = read(data)
    if not isinstance(envelope, dict) or set(envelope) != _FIELDS or envelope["format"] != FORMAT:
        raise OfflineError(
            f"el archivo no es un mensaje de formato {FORMAT}", f"the file is no message of format {FORMAT}"
        )
    texts = (("kind", None), ("signer", SIGNER_DIGITS), ("signature", 2 * SIGNATURE_OCTETS))
    if not isinstance(envelope["body"], dict) or not all(_fits(envelope[name], n) for name, n in texts):
        raise OfflineError("el sobre del mensaje está mal formado", "the envelope is malformed")
    return envelope


def _fits(value: Any, digits: int | None) -> bool:
    """True if a text is a short word, or so many small hexadecimal digits."""
    if not isinstance(value, str):
        return False
    if digits is None:
        return 0 < len(value) <= KIND_CHARACTERS_MAX
    return len(value) == digits and not set(value) - set("0123456789abcdef")


def _too_long(octets_max: int) -> OfflineError:
    return OfflineError(
        f"el mensaje pasa de {octets_max} bytes", f"the message is longer than {octets_max} octets"
    )
