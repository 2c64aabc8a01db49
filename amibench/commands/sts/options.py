"""The options that the STS commands share, and how they become the inputs of a vector."""

from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from amibench.errors import CommandError
from protocols.sts.testkeys import TEST_KEYS, TEST_REGISTERS

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
"""What goes with a vending key of this length where nothing else is said."""

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
