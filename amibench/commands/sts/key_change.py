"""``amibench sts key-change``: the two, three or four tokens that load a new decoder key.

A security module wants the signatures of two operators: the request goes through a file that they sign.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.tree import Tree

from amibench.commands.sts.mint import minter_for, refuse_stamp
from amibench.commands.sts.options import (
    AsJson,
    BaseDateOption,
    Dkga,
    Drn,
    Ea,
    InputFile,
    Ken,
    KeyName,
    KeyTypeOption,
    Krn,
    Lang,
    MessageId,
    Pan,
    RequestFile,
    SecurityModule,
    Sgc,
    Signatures,
    Ti,
    Tid,
    Time,
    given,
    grouped,
    key_inputs,
    needs_key,
    read_inputs,
    read_object,
)
from amibench.commands.sts.show import add_fields, print_tree
from amibench.errors import CommandError
from amibench.language import resolve
from amibench.security_module_edge import wall_utc
from protocols.sts.vectors import MintedKeyChange

if TYPE_CHECKING:
    from amibench.commands.sts.module_minter import ModuleMinter

# ---------------- Request that two operators sign

HOLDS = timedelta(days=1)
"""Validity of signatures on a request."""

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


# ---------------- The command

_NEW = "new_"
_NOT_INPUTS = ("key", "file", "as_json", "lang", "security_module", "message_id", "request", "signature")


def key_change(
    drn: Drn = None,
    pan: Pan = None,
    sgc: Sgc = None,
    krn: Krn = None,
    ti: Ti = None,
    key_type: KeyTypeOption = None,
    ken: Ken = None,
    base_date: BaseDateOption = None,
    ea: Ea = None,
    dkga: Dkga = None,
    key: KeyName = None,
    new_sgc: Annotated[str | None, typer.Option("--new-sgc", help="Supply group code to load.")] = None,
    new_krn: Annotated[str | None, typer.Option("--new-krn", help="Key revision number to load.")] = None,
    new_ti: Annotated[str | None, typer.Option("--new-ti", help="Tariff index to load.")] = None,
    new_key_type: Annotated[str | None, typer.Option("--new-key-type", help="Key type to load.")] = None,
    new_ken: Annotated[str | None, typer.Option("--new-ken", help="Key expiry number to load.")] = None,
    new_base_date: Annotated[str | None, typer.Option("--new-base-date", help="Base date to load.")] = None,
    new_dkga: Annotated[str | None, typer.Option("--new-dkga", help="Algorithm of the new key.")] = None,
    new_key: Annotated[
        str | None, typer.Option("--new-key", help="Published test key of the new key; else the same.")
    ] = None,
    new_rollover: Annotated[
        bool | None, typer.Option("--rollover/--no-rollover", help="RO; else whether the base date changes.")
    ] = None,
    new_three_kct: Annotated[
        bool | None, typer.Option("--three-kct/--no-three-kct", help="A third token with the SGC (EA07).")
    ] = None,
    time: Time = None,
    tid: Tid = None,
    file: InputFile = None,
    security_module: SecurityModule = None,
    message_id: MessageId = None,
    request: RequestFile = None,
    signature: Signatures = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Make the tokens that take a meter from one key to another; what --new-… leaves out stays as it is.

    With a time or TID, a new key that has expired by then is refused; the old one may have expired.

    A security module wants two operators: --request FILE writes what they sign, and sends it signed.
    """
    options = given(locals(), _NOT_INPUTS)
    language = resolve(lang)
    if security_module is not None and request is not None and signature:
        _show(send_signed(security_module, request, signature, language), language, as_json=as_json)
        return
    new = {name.removeprefix(_NEW): said for name, said in options.items() if name.startswith(_NEW)}
    old = {name: said for name, said in options.items() if not name.startswith(_NEW)}
    content = read_inputs(file, language)
    inputs = {**content, **key_inputs(key, old, language)}
    if security_module is None and inputs.get("vending_key") is None:
        raise needs_key(language)
    # Either a file says what is new, or the options do.
    if new or not isinstance(content.get("new"), dict):
        inputs["new"] = _new_inputs(new, language)
    if security_module is not None:
        refuse_stamp(inputs, language)
        if request is not None:
            ask_for_signatures(security_module, request, inputs, message_id, language)
            typer.echo(json.dumps({"request": str(request)}))
            return
    _show(minter_for(language, security_module, message_id).key_change(inputs), language, as_json=as_json)


def _show(change: MintedKeyChange, lang: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_plain(change)))
    else:
        _print(change, lang)


def _new_inputs(new: dict[str, Any], lang: str) -> dict[str, Any]:
    """Inputs of the new key; a register of the test plan brings its attributes, a bare key only itself."""
    name = new.pop("key", None)
    if name is None:
        return new
    named = key_inputs(name, {}, lang)
    brought = {"vending_key", "sgc", "krn", "base_date", "ken"} if "sgc" in named else {"vending_key"}
    return {**{field: value for field, value in named.items() if field in brought}, **new}


def _plain(change: MintedKeyChange) -> dict[str, Any]:
    tokens = [
        {"token": digits, "token_class": 2, "token_subclass": subclass, "decoded": change.decoded[subclass]}
        for subclass, digits in change.tokens.items()
    ]
    # A security module does not say keys.
    keys = {"decoder_key": change.decoder_key or None, "new_decoder_key": change.new_decoder_key or None}
    return {**keys, "tokens": tokens}


def _print(change: MintedKeyChange, lang: str) -> None:
    for subclass, digits in change.tokens.items():
        tree = Tree(f"[bold]{grouped(digits)}[/bold]  2/{subclass} {change.decoded[subclass]['name']}")
        add_fields(tree, change.decoded[subclass], lang)
        print_tree(tree)
