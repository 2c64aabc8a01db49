"""``amibench sts key-change``: the two, three or four tokens that load a new decoder key."""

import json
from typing import Annotated, Any

import typer
from rich.tree import Tree

from amibench.commands.sts.files import grouped, read_inputs
from amibench.commands.sts.minter import minter_for, refuse_stamp
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
    key_inputs,
    needs_key,
)
from amibench.commands.sts.show import add_fields, print_tree
from amibench.commands.sts.signed_request import ask_for_signatures, send_signed
from amibench.language import resolve
from protocols.sts.vectors import MintedKeyChange

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
    """What is new; a register of the test plan brings its attributes, a bare key nothing but itself."""
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
