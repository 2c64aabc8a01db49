"""How both ends of the uplink prove that they know the secret, which never travels.

Each proof is an HMAC-SHA-256 over the role of who proves, both names and both nonces, so that no proof of one
end, or of another conversation, serves the other.
"""

import hashlib
import hmac

from protocols.field.uplink_messages import VERSION, Role

NONCE_OCTETS_MIN = 16
NONCE_OCTETS_MAX = 64


def proof(
    secret: bytes, role: Role, *, name: str, ldn: str, head_end_nonce: bytes, concentrator_nonce: bytes
) -> bytes:
    """What `role` says to prove that it knows the secret.

    Args:
        secret: shared; never shown.
        role: who proves.
        name: of the head-end, as its hello says it.
        ldn: logical device name of the concentrator, as its answer says it.
        head_end_nonce: `NONCE_OCTETS_MIN` to `NONCE_OCTETS_MAX` fresh random octets.
        concentrator_nonce: as many of the other end.
    """
    parts = (
        f"amibench-uplink-{VERSION}".encode(),
        role.encode(),
        name.encode(),
        ldn.encode(),
        head_end_nonce,
        concentrator_nonce,
    )
    whole = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    return hmac.new(secret, whole, hashlib.sha256).digest()


def same(expected: bytes, said: str) -> bool:
    """Whether `said`, in hexadecimal, is the proof that is expected; in constant time."""
    return hmac.compare_digest(expected.hex().encode(), said.encode(errors="replace"))


def is_nonce(nonce: str) -> bool:
    """Whether a nonce, in hexadecimal, is long enough and not too long."""
    return 2 * NONCE_OCTETS_MIN <= len(nonce) <= 2 * NONCE_OCTETS_MAX
