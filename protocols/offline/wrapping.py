"""Wrapping of a decoder key in a lease: for one secure counter, bound to one lease and one meter.

X25519 between the lease's ephemeral key and the counter's; HKDF-SHA256 over the shared secret (salt: both
public keys, the ephemeral one first; info: a name and the lease id) gives the key of AES-256-GCM; the nonce
is the place of the meter in the lease, and the associated data the lease id with the meter's identity.
"""

from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from protocols.offline.canonical import canonical
from protocols.offline.errors import OfflineError

PRIVATE_OCTETS = 32
_KEY_OCTETS, _NONCE_OCTETS = 32, 12
_INFO = b"amibench-offline/1 lease "


class KeyWrap:
    """The cipher of one lease; the same from both ends.

    Args:
        lease_id: of the lease.
        own_private: X25519, 32 octets: the ephemeral key in the module, the agreement key in the counter.
        other_public: X25519, 32 octets: of the other end.
        ephemeral: True in the module, whose key is the ephemeral one.

    Raises:
        OfflineError: a public key that agrees with nobody (a point of small order).
    """

    __slots__ = ("_cipher", "_lease_id", "ephemeral_public")

    def __init__(self, lease_id: UUID, own_private: bytes, other_public: bytes, *, ephemeral: bool) -> None:
        private = X25519PrivateKey.from_private_bytes(own_private)
        own_public = private.public_key().public_bytes_raw()
        pair = (own_public, other_public) if ephemeral else (other_public, own_public)
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(other_public))
        except ValueError:
            raise OfflineError(
                "la clave pública del otro lado no sirve", "the other end's public key is of no use"
            ) from None
        self._lease_id = str(lease_id)
        info = _INFO + self._lease_id.encode("ascii")
        self._cipher = AESGCM(HKDF(SHA256(), _KEY_OCTETS, salt=b"".join(pair), info=info).derive(shared))
        self.ephemeral_public = pair[0]

    def wrap(self, place: int, identity: dict[str, Any], key: bytes) -> bytes:
        """The wrapped key of the meter at a place of the lease (from 0); each place once."""
        return self._cipher.encrypt(_nonce(place), key, self._bound(identity))

    def unwrap(self, place: int, identity: dict[str, Any], sealed: bytes) -> bytes:
        """The key that `wrap` took.

        Raises:
            OfflineError: it was wrapped for another counter, lease, place or meter, or altered.
        """
        try:
            return self._cipher.decrypt(_nonce(place), sealed, self._bound(identity))
        except InvalidTag:
            raise OfflineError(
                "la clave del medidor no abre: es de otro terminal o fue alterada",
                "the meter's key does not open: it is another terminal's, or it was altered",
            ) from None

    def _bound(self, identity: dict[str, Any]) -> bytes:
        return canonical({"lease_id": self._lease_id, "meter": identity})


def _nonce(place: int) -> bytes:
    return place.to_bytes(_NONCE_OCTETS, "big")
