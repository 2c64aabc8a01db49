"""``amibench sts decode``: every field of a token, and what a meter would answer to it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.tree import Tree

from amibench.commands.sts.options import (
    AsJson,
    BaseDateOption,
    Dkga,
    Drn,
    Ea,
    Ken,
    KeyName,
    KeyTypeOption,
    Krn,
    Lang,
    Pan,
    Sgc,
    Ti,
    given,
    grouped,
    key_inputs,
    read_object,
    refused,
)
from amibench.commands.sts.show import WORDS, add_fields, print_tree, result_label
from amibench.language import resolve
from protocols.sts.acceptance import KeyRegister, Outcome
from protocols.sts.errors import StsError
from protocols.sts.keys import derive_decoder_key
from protocols.sts.scenarios import describe_meter
from protocols.sts.testkeys import TEST_KEYS
from protocols.sts.token import Decoded, KeySection, decode_token
from protocols.sts.vectors.mint import decoded_fields

# ---------------- Keys stay off the screen: only parts of the published test keys are shown

KEY_FIELDS = frozenset({"nkho", "nklo", "key_bits_32_63", "key_bits_64_95", "raw44"})
"""Fields of a decoded key section that hold a part of the new key."""

HIDDEN = "…"


def is_test_key(register: KeyRegister) -> bool:
    """Tell whether a decoder key is made from a published test key under its own attributes."""
    return any(_derives(name, register) for name in TEST_KEYS)


def hide_key_part(decoded: Decoded, fields: dict[str, Any]) -> tuple[Decoded, dict[str, Any]]:
    """A key section without the part of the key in it."""
    shown = {name: HIDDEN if name in KEY_FIELDS else value for name, value in fields.items()}
    return replace(decoded, block=decoded.block and decoded.block >> 60 << 60), shown


def _derives(name: str, register: KeyRegister) -> bool:
    try:
        key = derive_decoder_key(
            register.dkga,
            register.ea,
            vending_key=TEST_KEYS[name],
            pan=register.pan,
            key_type=register.key_type,
            sgc=register.sgc,
            ti=register.ti,
            krn=register.krn,
            base_date=register.base_date,
            decode_only=register.decoder_key.decode_only,
        )
    except StsError:
        return False
    return key == register.decoder_key


_NOT_STATE = ("digits", "key", "used_tid", "carrier", "state", "withdrawn", "as_json", "lang")


def decode(
    digits: Annotated[list[str], typer.Argument(metavar="DIGITS", help="20 digits, in groups or not.")],
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
    credit_units: Annotated[str | None, typer.Option("--credit-units", help="In the register.")] = None,
    commodity: Annotated[
        str | None, typer.Option("--commodity", help='What the meter sells, e.g. "electricity currency".')
    ] = None,
    used_tid: Annotated[
        list[str] | None, typer.Option("--used-tid", help="A TID that the meter has taken; may be repeated.")
    ] = None,
    carrier: Annotated[
        list[str] | None, typer.Option("--carrier", help="Token carrier type, e.g. 02; may be repeated.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", help="JSON file of the meter, as in a scenario.")
    ] = None,
    withdrawn: Annotated[
        bool, typer.Option("--allow-withdrawn", help="Also read tokens of the withdrawn EA09.")
    ] = False,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Explain 20 digits field by field. With a key or --state, say what that meter would answer.

    Without either, a token of class 1 is explained; of the others only the class can be read.
    """
    options = given(locals(), _NOT_STATE)
    language = resolve(lang)
    lists = {"tid_store": used_tid or None, "carriers": carrier or None}
    options |= {name: said for name, said in lists.items() if said}
    joined = "".join("".join(digits).split())
    described = {**_state(state, language), **key_inputs(key, options, language)}
    try:
        meter = describe_meter(described, decode_only=withdrawn) if key or state else None
        register = meter.acceptance.register if meter else None
        decoded = decode_token(joined, register.decoder_key if register else None)
    except StsError as error:
        raise refused(error, language) from error
    fields = decoded_fields(decoded, register.base_date if register else None)
    if register and isinstance(decoded.token, KeySection) and not is_test_key(register):
        decoded, fields = hide_key_part(decoded, fields)
    outcome = meter.acceptance.enter(joined, meter.credit.apply) if meter else None
    if as_json:
        typer.echo(json.dumps(_plain(decoded, fields, outcome, language), ensure_ascii=False))
    else:
        _print(decoded, fields, outcome, language)


def _state(path: Path | None, lang: str) -> dict[str, Any]:
    """The meter of a file: bare, or the `meter` of a scenario."""
    if path is None:
        return {}
    content = read_object(path, lang)
    meter = content.get("meter", content)
    return dict(meter) if isinstance(meter, dict) else {}


def _plain(decoded: Decoded, fields: dict[str, Any], outcome: Outcome | None, lang: str) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "token": decoded.digits,
        "block": None if decoded.block is None else f"{decoded.block:016x}",
        "decoded": fields,
        "meter": None,
    }
    if outcome is not None:
        plain["meter"] = {
            "result": outcome.name,
            "authentication": outcome.authentication.value if outcome.authentication else None,
            "validation": outcome.validation.value if outcome.validation else None,
            "meaning": result_label(outcome.name, lang),
        }
    return plain


def _print(decoded: Decoded, fields: dict[str, Any], outcome: Outcome | None, lang: str) -> None:
    words = WORDS[lang]
    tree = Tree(f"[bold]{grouped(decoded.digits)}[/bold]")
    tree.add(f"{words['class']} {decoded.token_class}")
    if decoded.block is None:
        tree.add(words["key_needed"])
    else:
        tree.add(f"{words['subclass']} {decoded.token_subclass}: {decoded.name}")
        tree.add(f"{words['block']} {decoded.block:016x}")
        tree.add(f"{words['crc']} {words['crc_ok' if decoded.crc_ok else 'crc_bad']}")
    if decoded.token is not None:
        add_fields(tree.add(words["content"]), fields, lang)
    if outcome is not None:
        meaning = result_label(outcome.name, lang)
        tree.add(f"{words['meter']}: [bold]{outcome.name}[/bold], {meaning}")
    print_tree(tree)
