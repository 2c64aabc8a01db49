"""A file that only its passphrase opens: scrypt makes the key, AES-256-GCM seals the content.

One line of JSON says how (format, cost, salt, nonce) and is authenticated with the content that follows it.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from Crypto.Cipher import AES

from system.security_module.errors import UnableToOpenStore, WrongPassphrase

FORMAT = "amibench-sealed/1"
DEFAULT_COST = 16
COSTS = range(10, 21)
"""log2 of scrypt's N with r = 8, p = 1: 16 takes 64 MiB and near half a second on a small computer."""

_BLOCK_R = 8
_KEY_BYTES, _SALT_BYTES, _NONCE_BYTES, _TAG_BYTES = 32, 16, 12, 16


@dataclass(frozen=True, slots=True)
class SealingKey:
    """Key that scrypt made of a passphrase; kept while the store is open, to seal again.

    Attributes:
        key: 32 bytes, never shown.
        salt: 16 bytes, stored in the clear.
        cost: log2 of scrypt's N.
    """

    key: bytes = field(repr=False)
    salt: bytes
    cost: int

    @classmethod
    def make(cls, passphrase: str, cost: int = DEFAULT_COST, salt: bytes | None = None) -> "SealingKey":
        """Derive the key; without `salt`, a new random one.

        Raises:
            ValueError: a cost outside `COSTS`, or an empty passphrase.
        """
        if cost not in COSTS:
            raise ValueError(f"the cost of the passphrase is {COSTS[0]} to {COSTS[-1]}, not {cost}")
        if not passphrase:
            raise ValueError("the passphrase is empty")
        salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
        memory = 128 * _BLOCK_R * (1 << cost) + (1 << 20)
        key = hashlib.scrypt(
            passphrase.encode("utf-8"),
            salt=salt,
            n=1 << cost,
            r=_BLOCK_R,
            p=1,
            maxmem=memory,
            dklen=_KEY_BYTES,
        )
        return cls(key, salt, cost)


def seal(content: bytes, key: SealingKey) -> bytes:
    """Return the sealed file of `content`, under a fresh nonce."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    header = {"format": FORMAT, "cost": key.cost, "salt": key.salt.hex(), "nonce": nonce.hex()}
    head = json.dumps(header, sort_keys=True).encode("ascii") + b"\n"
    cipher = AES.new(key.key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG_BYTES)
    cipher.update(head)
    sealed, tag = cipher.encrypt_and_digest(content)
    return head + sealed + tag


def unseal(raw: bytes, passphrase: str) -> tuple[bytes, SealingKey]:
    """Return the content of a sealed file and the key to seal it again with.

    Raises:
        UnableToOpenStore: not a sealed file of this format.
        WrongPassphrase: another passphrase, or the file was altered.
    """
    head, _, rest = raw.partition(b"\n")
    cost, salt, nonce = _read_header(head)
    try:
        key = SealingKey.make(passphrase, cost, salt)
    except ValueError as error:
        raise WrongPassphrase(str(error)) from None
    cipher = AES.new(key.key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG_BYTES)
    cipher.update(head + b"\n")
    try:
        return cipher.decrypt_and_verify(rest[:-_TAG_BYTES], rest[-_TAG_BYTES:]), key
    except ValueError:
        raise WrongPassphrase(
            "the sealed file does not open: the passphrase is another one, or the file was altered"
        ) from None


def _read_header(head: bytes) -> tuple[int, bytes, bytes]:
    broken = UnableToOpenStore(f"this is not a sealed file of format {FORMAT}")
    try:
        header: Any = json.loads(head)
        if header["format"] != FORMAT or header["cost"] not in COSTS:
            raise broken
        salt, nonce = bytes.fromhex(header["salt"]), bytes.fromhex(header["nonce"])
    except (ValueError, KeyError, TypeError):
        raise broken from None
    if len(salt) != _SALT_BYTES or len(nonce) != _NONCE_BYTES:
        raise broken
    return header["cost"], salt, nonce
