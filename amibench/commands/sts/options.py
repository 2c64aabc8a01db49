"""Options, input files and refusals of the STS commands, and how they become the inputs of a vector."""

import json
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from amibench.errors import CommandError
from protocols.sts.testkeys import TEST_KEYS, TEST_REGISTERS
from system.security_module.sts_sentences import in_spanish

Drn = Annotated[str | None, typer.Option("--drn", help="Decoder reference number, 11 or 13 digits.")]
Pan = Annotated[str | None, typer.Option("--pan", help="MeterPAN, 18 digits, in place of --drn.")]
Sgc = Annotated[str | None, typer.Option("--sgc", help="Supply group code, 6 digits.")]
Krn = Annotated[str | None, typer.Option("--krn", help="Key revision number, 1-9.")]
Ti = Annotated[str | None, typer.Option("--ti", help="Tariff index, 0-99.")]
KeyTypeOption = Annotated[str | None, typer.Option("--key-type", help="DITK, DDTK, DUTK, DCTK or 0-3.")]
Ken = Annotated[str | None, typer.Option("--ken", help="Key expiry number, 0-255; 255 never expires.")]
BaseDateOption = Annotated[str | None, typer.Option("--base-date", help="1993, 2014 or 2035.")]
Ea = Annotated[str | None, typer.Option("--ea", help="Encryption algorithm: 07 or 11.")]
Dkga = Annotated[str | None, typer.Option("--dkga", help="Key generation algorithm: 02 or 04.")]
KeyName = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="Published test key: " + ", ".join(TEST_KEYS) + "; or register-1 … of the test plan, "
        "which brings SGC, KRN, base date and KEN along.",
    ),
]
Time = Annotated[str | None, typer.Option("--time", help="Time of issue, ISO 8601; UTC without an offset.")]
Tid = Annotated[str | None, typer.Option("--tid", help="Token identifier, minutes, in place of --time.")]
InputFile = Annotated[
    Path | None,
    typer.Option("--file", help="JSON file of inputs, as in a vector; token_class and token_subclass too."),
]
SecurityModule = Annotated[
    str | None,
    typer.Option("--security-module", help="Ask the module at this URL: unix:///path, tls://…"),
]
MessageId = Annotated[
    str | None,
    typer.Option(help="With --security-module: id of the request; the same id again gives the same token."),
]
RequestFile = Annotated[
    Path | None,
    typer.Option(help="With --security-module: what two operators sign; written, or sent with --signature."),
]
Signatures = Annotated[
    list[Path] | None,
    typer.Option(help="File with what security-module approve printed; once for each operator."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Lang = Annotated[str | None, typer.Option("--lang", help="es or en.")]

INPUT_OF_OPTION = {"pan": "meter_pan", "time": "issue_time_utc"}
"""Options whose input has another name."""

_DEFAULTS: dict[str, Any] = {"key_type": "2", "krn": "1", "ti": "1"}
_BY_KEY_BYTES: dict[int, dict[str, Any]] = {
    8: {"dkga": "02", "ea": "07", "base_date": "1993"},
    20: {"dkga": "04", "ea": "11", "base_date": "2014"},
}
"""Default inputs of a vending key of this length."""

_TEXT = {
    "en": {
        "key": "{name} is no published test key; there are {known}, and register-N of the test plan",
        "no_key": "a token of this class needs a key: give --key NAME or --file",
        "kwh": "--amount-kwh must be a decimal number from 0 on, not {value}",
    },
    "es": {
        "key": "{name} no es una clave de prueba publicada; están {known}, y register-N del plan de pruebas",
        "no_key": "un token de esta clase necesita una clave: indique --key NOMBRE o --file",
        "kwh": "--amount-kwh debe ser un número decimal desde 0, no {value}",
    },
}

_UNITS_PER_KWH = 10
_KWH_CHARACTERS_MAX = 30


def given(options: dict[str, Any], left_out: Collection[str] = ()) -> dict[str, Any]:
    """The options that were given, but those left out, under the names of inputs."""
    return {
        INPUT_OF_OPTION.get(name, name): value
        for name, value in options.items()
        if value is not None and name not in left_out
    }


def key_inputs(name: str | None, options: dict[str, Any], lang: str) -> dict[str, Any]:
    """Inputs of a published test key by its name, with what the options say in place of its defaults.

    Raises:
        CommandError: no such key.
    """
    if name is None:
        return dict(options)
    found = _named_key(name)
    if found is None:
        known = ", ".join(TEST_KEYS)
        raise CommandError(_TEXT[lang]["key"].format(name=ascii(name)[1:-1], known=known))
    by_length = _BY_KEY_BYTES[len(bytes.fromhex(found["vending_key"]))]
    return {**_DEFAULTS, **by_length, **found, **options}


def needs_key(lang: str) -> CommandError:
    """The refusal of a token that is enciphered when no key is named."""
    return CommandError(_TEXT[lang]["no_key"])


def units_from_kwh(text: str, lang: str) -> int:
    """Token units (0.1 kWh) of an amount in kWh, rounded up: the customer gains.

    Raises:
        CommandError: no decimal number, or negative.
    """
    refusal = CommandError(_TEXT[lang]["kwh"].format(value=ascii(text)[:40]))
    try:
        amount = Decimal(text) if text.isascii() and len(text) <= _KWH_CHARACTERS_MAX else Decimal("NaN")
    except InvalidOperation:
        raise refusal from None
    if not amount.is_finite() or amount < 0 or abs(amount.adjusted()) > _KWH_CHARACTERS_MAX:
        raise refusal
    numerator, denominator = amount.as_integer_ratio()
    return int(-(-numerator * _UNITS_PER_KWH // denominator))


def _named_key(name: str) -> dict[str, Any] | None:
    if name.upper() in TEST_KEYS:
        return {"vending_key": TEST_KEYS[name.upper()].value.hex()}
    number = name.lower().removeprefix("register-")
    if not (number.isascii() and number.isdecimal()) or int(number[:4]) not in TEST_REGISTERS:
        return None
    register = TEST_REGISTERS[int(number[:4])]
    return {
        "vending_key": register.vending_key.value.hex(),
        "sgc": register.sgc,
        "krn": register.krn,
        "base_date": int(register.base_date),
        "ken": register.ken,
    }


# ---------------- Input files

_FILE_TEXT = {
    "en": {
        "unreadable": "cannot read {path}: {reason}",
        "not_json": "{path} is not JSON: {reason}",
        "object": "{path} must hold a JSON object",
    },
    "es": {
        "unreadable": "no se puede leer {path}: {reason}",
        "not_json": "{path} no es JSON: {reason}",
        "object": "{path} debe contener un objeto JSON",
    },
}

_CLASS_NAMES = ("token_class", "token_subclass")


def read_json(path: Path, lang: str) -> Any:
    """Value of a JSON file.

    Raises:
        CommandError: missing, or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError(_FILE_TEXT[lang]["unreadable"].format(path=path, reason=reason)) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(_FILE_TEXT[lang]["not_json"].format(path=path, reason=error)) from error


def read_object(path: Path, lang: str) -> dict[str, Any]:
    """The JSON object that a file holds.

    Raises:
        CommandError: missing, not JSON, or something else than an object.
    """
    content = read_json(path, lang)
    if not isinstance(content, dict):
        raise CommandError(_FILE_TEXT[lang]["object"].format(path=path))
    return content


def read_inputs(path: Path | None, lang: str) -> dict[str, Any]:
    """The inputs of a file: bare, or inside a vector, whose class and subclass then stand among them.

    Raises:
        CommandError: missing, not JSON, or of another shape.
    """
    if path is None:
        return {}
    content = read_object(path, lang)
    inputs = content.get("inputs", content)
    if not isinstance(inputs, dict):
        raise CommandError(_FILE_TEXT[lang]["object"].format(path=path))
    return {**{name: content[name] for name in _CLASS_NAMES if name in content}, **inputs}


def printable(value: Any) -> str:
    """Text of a file's value, on one line and without control characters."""
    text = str(value)
    return text if text.isprintable() else ascii(text)


def grouped(digits: str) -> str:
    """Twenty digits as they are printed on a receipt: five groups of four."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def sts_sentence(error: Exception, lang: str) -> str:
    """The sentence of an STS error in the language asked for; in English where it has no Spanish twin."""
    return in_spanish(str(error)) if lang == "es" else str(error)


def refused(error: Exception, lang: str) -> CommandError:
    """The error of a command for an STS error."""
    return CommandError(sts_sentence(error, lang))
