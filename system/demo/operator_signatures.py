"""Signatures that operators would make on their own computers, made here with the keys of this demo."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from Crypto.PublicKey import ECC
from django.conf import settings

from system.security_module import approval


def signatures(signable: Mapping[str, Any]) -> list[dict[str, str]]:
    """One signature for each key in the demo's private folder; none where there is no such folder.

    Args:
        signable: ``{store, operation, args}``, as the page of a request shows it.
    """
    message = approval.Signable(signable["store"], signable["operation"], dict(signable["args"]))
    folder = Path(str(getattr(settings, "OPERATOR_KEYS_DIR")))  # noqa: B009 - only the demo's settings have it
    return [
        {"operator": file.stem, "signature": approval.sign(ECC.import_key(file.read_bytes()), message)}
        for file in sorted(folder.glob("*.pem"))
    ]
