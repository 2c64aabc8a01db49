"""A key change that two operators sign: the request as a file, and the signatures that come back."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amibench.commands.sts.files import read_object
from amibench.errors import CommandError
from amibench.module_edge import wall_utc
from protocols.sts.vectors import MintedKeyChange

if TYPE_CHECKING:
    from amibench.commands.sts.module_minter import ModuleMinter

HOLDS = timedelta(days=1)
"""How long signatures on a request hold."""

_TEXT = {
    "en": {
        "shape": "{path} is no request: write one with --request",
        "signature": "{path} is no signature: it comes from security-module approve",
        "exists": "{path} exists: name another file, or give --signature to send it",
    },
    "es": {
        "shape": "{path} no es una solicitud: escríbala con --request",
        "signature": "{path} no es una firma: la da security-module approve",
        "exists": "{path} ya existe: nombre otro archivo, o envíelo con --signature",
    },
}


def ask_for_signatures(
    module: str, path: Path, inputs: Mapping[str, Any], message_id: str | None, lang: str
) -> None:
    """Write what two operators must read and sign.

    Raises:
        CommandError: the inputs are refused, the module does not answer, or the file exists or cannot be
            written.
    """
    minter = _minter(module, lang, message_id)
    args = minter.change_request(inputs)
    store = minter.call("status", {})["store"]
    approval = {"until": (wall_utc() + HOLDS).isoformat(), "signatures": []}
    request = {"store": store, "operation": "key_change", "args": {**args, "approval": approval}}
    try:
        with path.open("x", encoding="utf-8") as file:
            json.dump(request, file, indent=2)
            file.write("\n")
    except FileExistsError:
        raise CommandError(_TEXT[lang]["exists"].format(path=path)) from None
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or error}") from error


def send_signed(module: str, path: Path, signatures: Sequence[Path], lang: str) -> MintedKeyChange:
    """Send a written request with the signatures of these files on it.

    Raises:
        CommandError: a file cannot be read or is not what it should be, or the module refuses.
    """
    from amibench.commands.sts.module_minter import change_of

    return change_of(_minter(module, lang).call("key_change", signed_args(path, signatures, lang)))


def signed_args(path: Path, signatures: Sequence[Path], lang: str) -> dict[str, Any]:
    """The arguments of a written request, with the signatures of these files on them.

    Raises:
        CommandError: a file cannot be read, or is not what it should be.
    """
    request = read_object(path, lang)
    args = request.get("args")
    approval = args.get("approval") if isinstance(args, dict) else None
    if (
        not isinstance(args, dict)
        or not isinstance(approval, dict)
        or request.get("operation") != "key_change"
    ):
        raise CommandError(_TEXT[lang]["shape"].format(path=path))
    return {**args, "approval": {**approval, "signatures": [_signature(file, lang) for file in signatures]}}


def _minter(module: str, lang: str, message_id: str | None = None) -> "ModuleMinter":
    from amibench.commands.sts.module_minter import ModuleMinter  # its cryptography takes a while to load

    return ModuleMinter(module, lang, message_id)


def _signature(path: Path, lang: str) -> dict[str, Any]:
    found = read_object(path, lang)
    if set(found) != {"operator", "signature"}:
        raise CommandError(_TEXT[lang]["signature"].format(path=path))
    return found
