"""The keys of a counter, made once and sealed under its passphrase."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from system.security_module.errors import UnableToOpenStore
from system.security_module.journal import sync_directory, write_private
from system.security_module.sealed_file import DEFAULT_COST, SealingKey, seal, unseal

SEALED = "counter.sealed"
_KEY_OCTETS = 32

Random = Callable[[int], bytes]
"""(count) -> so many random octets."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity of a counter: its keys.

    Attributes:
        terminal_id: of its terminal.
        signing: Ed25519 private key: batches and the enrolment.
        agreement: X25519 private key: decoder keys are wrapped for it.
        book: key that authenticates the rows of its book.
    """

    terminal_id: UUID
    signing: bytes = field(repr=False)
    agreement: bytes = field(repr=False)
    book: bytes = field(repr=False)

    @classmethod
    def make(cls, terminal_id: UUID, random: Random) -> "Identity":
        """New keys."""
        return cls(terminal_id, random(_KEY_OCTETS), random(_KEY_OCTETS), random(_KEY_OCTETS))

    @property
    def signing_public(self) -> bytes:
        """Ed25519, 32 octets."""
        return Ed25519PrivateKey.from_private_bytes(self.signing).public_key().public_bytes_raw()

    @property
    def agreement_public(self) -> bytes:
        """X25519, 32 octets."""
        return X25519PrivateKey.from_private_bytes(self.agreement).public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """Ed25519 signature, 64 octets."""
        return Ed25519PrivateKey.from_private_bytes(self.signing).sign(data)


def write_identity(directory: Path, identity: Identity, passphrase: str, cost: int = DEFAULT_COST) -> None:
    """Seal an identity and put it in place in one step.

    Raises:
        ValueError: an empty passphrase, or a cost outside its range.
        OSError: it cannot be written.
    """
    plain = {
        "terminal_id": str(identity.terminal_id),
        "signing": identity.signing.hex(),
        "agreement": identity.agreement.hex(),
        "book": identity.book.hex(),
    }
    beside = directory / (SEALED + ".new")
    write_private(beside, seal(json.dumps(plain).encode("ascii"), SealingKey.make(passphrase, cost)))
    beside.replace(directory / SEALED)
    sync_directory(directory)


def read_identity(directory: Path, passphrase: str) -> Identity:
    """Open the sealed file.

    Raises:
        UnableToOpenStore: there is none, or it is of another version; as `WrongPassphrase`, when it does not
            open.
    """
    try:
        raw = (directory / SEALED).read_bytes()
    except FileNotFoundError:
        raise UnableToOpenStore(f"{directory} holds no secure counter: make one") from None
    content, _ = unseal(raw, passphrase)
    try:
        plain = json.loads(content)
        return Identity(
            UUID(plain["terminal_id"]),
            *(bytes.fromhex(plain[name]) for name in ("signing", "agreement", "book")),
        )
    except (ValueError, KeyError, TypeError):
        # What it says is secret: the cause is not shown.
        raise UnableToOpenStore("the sealed file was written by another version of the counter") from None
