"""The office's signing key, one for each provider: derived from the house's ``SECRET_KEY``, never stored.

Terminals pin its public half when they load their first pack. Who changes ``SECRET_KEY`` changes it: every
terminal must then be enrolled anew, which the how-to says.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from protocols.offline.envelope import fingerprint, seal


def office_public(provider_id: int) -> bytes:
    """The public half, 32 octets."""
    return _key(provider_id).public_key().public_bytes_raw()


def office_fingerprint(provider_id: int) -> str:
    """The public half as two people read it to each other."""
    return fingerprint(office_public(provider_id))


def sealed_by_office(provider_id: int, kind: str, body: dict[str, object]) -> bytes:
    """A message that the office signed.

    Raises:
        OfflineError: the body cannot be written, or is too long.
    """
    key = _key(provider_id)
    return seal(kind, body, key.public_key().public_bytes_raw(), key.sign)


def _key(provider_id: int) -> Ed25519PrivateKey:
    said = f"amibench-offline-office:{provider_id}".encode()
    return Ed25519PrivateKey.from_private_bytes(
        hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).digest()
    )
