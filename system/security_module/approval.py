"""Two operators' signatures, which the module checks itself for key changes and free issue.

An operator signs the canonical JSON of what will be done: the module's name, the operation and every argument
as sent, with the instant until which the signature holds. The message id among them makes it good for one
request only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from system.security_module.api import canonical
from system.security_module.refusals import Refused, Words
from system.security_module.sealed_contents import Contents

SIGNATURES_NEEDED = 2
LONGEST = timedelta(days=31)
"""An approval that outlived the kept results (35 days) could be played twice."""

_PREFIX = b"amibench-security-module-approval/1\n"


@dataclass(frozen=True, slots=True)
class Signable:
    """Content of a signature: one operation of one module.

    Attributes:
        store: name of the module, from its status.
        operation: of the API.
        raw_args: its arguments as they are sent, with or without signatures.
    """

    store: str
    operation: str
    raw_args: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """The bytes under the signature."""
        args = dict(self.raw_args)
        if isinstance(args.get("approval"), Mapping):
            args["approval"] = {"until": args["approval"].get("until")}
        whole = {"store": self.store, "operation": self.operation, "args": args}
        return _PREFIX + canonical(whole)


def sign(private_key: ECC.EccKey, signable: Signable) -> str:
    """Return an operator's signature, 128 hexadecimal digits."""
    signature: bytes = eddsa.new(private_key, "rfc8032").sign(signable.to_bytes())
    return signature.hex()


def public_key_bytes(key: ECC.EccKey) -> bytes:
    """The 32 bytes of an Ed25519 public key.

    Raises:
        ValueError: a key of another curve.
    """
    if key.curve != "Ed25519":
        raise ValueError("the key is not an Ed25519 key")
    raw: bytes = key.public_key().export_key(format="raw")
    return raw


def require(
    contents: Contents, signable: Signable, approval: Mapping[str, Any] | None, now: datetime
) -> tuple[str, ...]:
    """Return the names of the operators whose signatures hold; there are at least two.

    Raises:
        Refused: ``approval-needed``, with what is missing.
    """
    if approval is None:
        raise _missing("no trae firmas", "it carries none")
    if not now <= approval["until"] <= now + LONGEST:
        raise _missing(
            f"deben valer hasta un instante entre ahora y {LONGEST.days} días",
            f"they must hold until an instant between now and {LONGEST.days} days on",
        )
    message = signable.to_bytes()
    signers = {
        entry["operator"]
        for entry in approval["signatures"]
        if _verifies(contents.operators.get(entry["operator"]), message, bytes.fromhex(entry["signature"]))
    }
    # Two names on one key are one operator.
    if len({contents.operators[name] for name in signers}) < SIGNATURES_NEEDED:
        raise _missing(f"valen {len(signers)}", f"{len(signers)} of them hold")
    return tuple(sorted(signers))


def _verifies(public_key: bytes | None, message: bytes, signature: bytes) -> bool:
    if public_key is None:
        return False
    try:
        eddsa.new(eddsa.import_public_key(public_key), "rfc8032").verify(message, signature)
    except ValueError:
        return False
    return True


def _missing(es: str, en: str) -> Refused:
    return Refused("approval-needed", why=Words(es, en))
