"""``amibench sts mint``: one token from options or from a file of inputs."""

import json
from typing import Annotated, Any

import typer

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
    SecurityModule,
    Sgc,
    Ti,
    Tid,
    Time,
    given,
    key_inputs,
    needs_key,
    read_inputs,
    units_from_kwh,
)
from amibench.commands.sts.show import print_token
from amibench.errors import CommandError
from amibench.language import resolve
from protocols.sts.token.codec import ENCIPHERED_CLASSES

KINDS: dict[str, tuple[int, int]] = {
    "electricity": (0, 0),
    "water": (0, 1),
    "gas": (0, 2),
    "time": (0, 3),
    "currency-electricity": (0, 4),
    "currency-water": (0, 5),
    "currency-gas": (0, 6),
    "currency-time": (0, 7),
    "display": (1, 0),
    "display-4": (1, 1),
    "extended-read": (1, 2),
    "power-limit": (2, 0),
    "clear-credit": (2, 1),
    "tariff-rate": (2, 2),
    "clear-tamper": (2, 5),
    "phase-unbalance": (2, 6),
    "water-factor": (2, 7),
    "extended-set": (2, 10),
}
"""Name -> class and subclass; display-4 is for meters with a 13-digit DRN. Key changes have a command."""

_TEXT = {
    "en": {
        "kind": "{name} is no kind of token; there are {known}",
        "which": "say which token: a kind such as electricity, --class and --subclass, or --file with both",
        "range": "a class is 0 to 3 and a subclass 0 to 15",
    },
    "es": {
        "kind": "{name} no es un tipo de token; están {known}",
        "which": "diga qué token: un tipo como electricity, o --class y --subclass, o --file con ambos",
        "range": "una clase va de 0 a 3 y una subclase de 0 a 15",
    },
}


def class_and_subclass(kind: str | None, token_class: object, subclass: object, lang: str) -> tuple[int, int]:
    """Class and subclass of a token, by its name or by its numbers.

    Raises:
        CommandError: an unknown name, numbers outside their range, or neither.
    """
    if kind is not None:
        if kind not in KINDS:
            known = ", ".join(KINDS)
            raise CommandError(_TEXT[lang]["kind"].format(name=ascii(kind)[1:-1], known=known))
        return KINDS[kind]
    if not isinstance(token_class, int) or not isinstance(subclass, int):
        raise CommandError(_TEXT[lang]["which"])
    if not (0 <= token_class <= 3 and 0 <= subclass <= 15):
        raise CommandError(_TEXT[lang]["range"])
    return token_class, subclass


_DEFAULTS: dict[str, Any] = {"rnd": 5, "manufacturer_code": 0}
"""RND as the test plan of the STS forces it; every maker."""

_NOT_INPUTS = (
    *("kind", "key", "file", "as_json", "lang", "token_class", "subclass", "amount_kwh"),
    *("security_module", "message_id"),
)
_DEFAULTS_OF: dict[tuple[int, int], dict[str, Any]] = {(2, 1): {"value": 0xFFFF}, (2, 5): {"value": 0}}
"""Default inputs of a class and subclass: clear every register; no pad."""


def mint(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="One of " + ", ".join(KINDS))] = None,
    token_class: Annotated[int | None, typer.Option("--class", help="0-3, in place of KIND.")] = None,
    subclass: Annotated[int | None, typer.Option("--subclass", help="0-15.")] = None,
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
    amount_kwh: Annotated[str | None, typer.Option("--amount-kwh", help="kWh, rounded up to 0.1.")] = None,
    amount_units: Annotated[str | None, typer.Option("--units", help="Units of 0.1 kWh, m³ or min.")] = None,
    amount_base_currency: Annotated[
        str | None,
        typer.Option("--amount-currency", help="Money, decimal; rounded in the customer's favour."),
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", help="Watts for the power limits, 16 bits for the others.")
    ] = None,
    control_hex: Annotated[
        str | None, typer.Option("--control", help="Control field of a class 1 token, hexadecimal.")
    ] = None,
    manufacturer_code: Annotated[
        str | None, typer.Option("--mfr-code", help="Manufacturer code of a class 1 token; 0 is every maker.")
    ] = None,
    time: Time = None,
    tid: Tid = None,
    rnd: Annotated[
        str | None, typer.Option("--rnd", help="4 random bits, 0-15; 5, as the test plan.")
    ] = None,
    file: InputFile = None,
    security_module: SecurityModule = None,
    message_id: MessageId = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Make one token, under a published test key or by a security module; exit 3 when the inputs are refused.

    A point of sale must not sell under an expired key: with a KEN, a later time is refused. A security module
    has its own clock and random bits, and says no by itself.
    """
    options = given(locals(), _NOT_INPUTS)
    language = resolve(lang)
    content = read_inputs(file, language)
    inputs = {**content, **key_inputs(key, options, language)}
    if amount_kwh is not None:
        inputs["amount_units"] = units_from_kwh(amount_kwh, language)
    numbers = (
        content.get("token_class") if token_class is None else token_class,
        content.get("token_subclass") if subclass is None else subclass,
    )
    function = class_and_subclass(kind, *numbers, language)
    if security_module is not None:
        refuse_stamp(inputs, language)
    inputs = {**_DEFAULTS, **_DEFAULTS_OF.get(function, {}), **inputs}
    if security_module is None and function[0] in ENCIPHERED_CLASSES and inputs.get("vending_key") is None:
        raise needs_key(language)
    minted = minter_for(language, security_module, message_id).mint(*function, inputs)
    if as_json:
        plain = {"token": minted.token, "token_class": function[0], "token_subclass": function[1]}
        typer.echo(json.dumps({**plain, "decoder_key": minted.decoder_key, "decoded": minted.decoded}))
    else:
        print_token(minted.token or "", minted.decoded or {}, language)
