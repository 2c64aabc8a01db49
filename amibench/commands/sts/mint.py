"""``amibench sts mint``: one token, and the minter of published test keys.

A `Minter` takes the inputs of a vector and gives tokens; another source of keys is another `Minter` and a
line in `minter_for`. `module_minter` is a module of its own because its cryptography takes a while to load.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Protocol

import typer

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
    refused,
    units_from_kwh,
)
from amibench.commands.sts.show import print_token
from amibench.errors import CommandError
from amibench.language import resolve
from protocols.sts.errors import StsError, StsValueError
from protocols.sts.testkeys import TEST_KEYS
from protocols.sts.token.codec import ENCIPHERED_CLASSES
from protocols.sts.vectors import Minted, MintedKeyChange, VectorStatus, mint_key_change, mint_vector
from protocols.sts.vectors import inputs as read

# ---------------- Minters

Inputs = Mapping[str, Any]

_REFUSALS = {
    "en": {
        "unknown": "class {token_class} subclass {token_subclass} is reserved, or its layout is not public",
        "stamp": "a security module has its own clock and random bits: leave out {names}",
        "not_test": "a file may hold published test keys only: real keys belong in a security module",
        "base_date": "base date {old} leads to {next}, not to {new}: a meter takes the next one",
    },
    "es": {
        "unknown": "la clase {token_class} subclase {token_subclass} es reservada o de formato no público",
        "stamp": "un módulo de seguridad tiene su reloj y sus bits aleatorios: no indique {names}",
        "not_test": "un archivo solo trae claves de prueba publicadas; las reales van en un módulo seguro",
        "base_date": "de la fecha base {old} se pasa a {next}, no a {new}: el medidor toma la siguiente",
    },
}

STAMP_INPUTS = ("issue_time_utc", "tid", "rnd")
"""Inputs that the module decides by itself: it has its own clock and its own random bits."""

_PUBLISHED = frozenset(key.value for key in TEST_KEYS.values())


class Minter(Protocol):
    """Makes tokens from the inputs of a vector."""

    def mint(self, token_class: int, token_subclass: int, inputs: Inputs) -> Minted:
        """Make one token.

        Raises:
            CommandError: the inputs are refused.
        """

    def key_change(self, inputs: Inputs) -> MintedKeyChange:
        """Make every section of a key change.

        Raises:
            CommandError: the inputs are refused.
        """


class PublishedKeysMinter:
    """Makes tokens from the published test keys, and refuses every other key.

    Args:
        lang: es or en, for refusals.
    """

    __slots__ = ("_lang",)

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def mint(self, token_class: int, token_subclass: int, inputs: Inputs) -> Minted:
        """Make one token.

        Raises:
            CommandError: the inputs are refused, or name no published key.
        """
        minted = mint_vector(token_class, token_subclass, inputs)
        if minted.status is VectorStatus.UNKNOWN:
            place = {"token_class": token_class, "token_subclass": token_subclass}
            raise CommandError(_REFUSALS[self._lang]["unknown"].format(**place))
        if minted.error is not None:
            raise refused(StsValueError(minted.error), self._lang)
        if minted.decoder_key is not None:
            self._check_published(inputs)
        return minted

    def key_change(self, inputs: Inputs) -> MintedKeyChange:
        """Make every section of a key change.

        Raises:
            CommandError: the inputs are refused, name no published key, or skip a base date.
        """
        try:
            change = mint_key_change(inputs)
            self._check_base_dates(inputs)
        except StsError as error:
            raise refused(error, self._lang) from error
        self._check_published(inputs)
        self._check_published({**inputs, **inputs["new"]})
        return change

    def _check_base_dates(self, inputs: Inputs) -> None:
        """RO says that the base date changes, not to which: the meter takes the next one."""
        changed = {**inputs, **inputs["new"]}
        if inputs.get("base_date") is None or changed.get("base_date") is None:
            return
        old, new = read.base_date(inputs), read.base_date(changed)
        if new not in (old, old.following()):
            sentence = _REFUSALS[self._lang]["base_date"]
            raise CommandError(sentence.format(old=old.value, next=old.following().value, new=new.value))

    def _check_published(self, inputs: Inputs) -> None:
        """The key was already found to be well-formed."""
        key = bytes.fromhex(str(inputs["vending_key"]).strip().lower().removeprefix("0x"))
        if key not in _PUBLISHED:
            raise CommandError(_REFUSALS[self._lang]["not_test"])


def refuse_stamp(inputs: Inputs, lang: str) -> None:
    """Refuse inputs that a module decides by itself.

    Raises:
        CommandError: naming them.
    """
    given = [name for name in STAMP_INPUTS if inputs.get(name) is not None]
    if given:
        raise CommandError(_REFUSALS[lang]["stamp"].format(names=", ".join(given)))


def minter_for(lang: str, module: str | None = None, message_id: str | None = None) -> Minter:
    """The minter that the command line asks for: the published test keys, or the security module at a URL."""
    if module is None:
        return PublishedKeysMinter(lang)
    from amibench.commands.sts.module_minter import ModuleMinter  # its cryptography takes a while to load

    return ModuleMinter(module, lang, message_id)


# ---------------- The command

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
