"""Tokens from a security module: the same commands, with real keys that never leave it."""

import uuid
from collections.abc import Mapping
from typing import Any

from amibench.commands.sts.options import refused
from amibench.errors import CommandError
from protocols.sts.amounts import currency_units
from protocols.sts.errors import StsError
from protocols.sts.identity import MeterPrimaryAccountNumber
from protocols.sts.vectors import Minted, MintedKeyChange, VectorStatus
from protocols.sts.vectors import inputs as read
from system.security_module.client import SecurityModuleClient
from system.security_module.errors import RequestRefused, UnableToReachModule

Inputs = Mapping[str, Any]
Args = dict[str, Any]

_KEY_INPUTS = ("sgc", "krn", "ti", "key_type")
_CURRENCY_SUBCLASS = 4

_TEXT = {
    "en": {
        "class": "a security module makes classes 0, 1 and 2, not {token_class}",
    },
    "es": {
        "class": "un módulo de seguridad hace las clases 0, 1 y 2, no {token_class}",
    },
}


class ModuleMinter:
    """Asks a security module that is being served.

    Args:
        url: ``unix:///path``, or ``tls://localhost:port?ca=…&cert=…&key=…``.
        lang: es or en, for refusals.
        message_id: of the request; asked again under the same one, the module gives the same token. None
            takes a new one.
    """

    __slots__ = ("_lang", "_message_id", "_url")

    def __init__(self, url: str, lang: str, message_id: str | None = None) -> None:
        self._url = url
        self._lang = lang
        self._message_id = message_id or f"sts-{uuid.uuid4().hex}"

    def mint(self, token_class: int, token_subclass: int, inputs: Inputs) -> Minted:
        """Make one token.

        Raises:
            CommandError: the inputs or the module refuse.
        """
        try:
            operation, args = _request(token_class, token_subclass, inputs)
        except KeyError:
            sentence = _TEXT[self._lang]["class"].format(token_class=token_class)
            raise CommandError(sentence) from None
        except StsError as error:
            raise refused(error, self._lang) from error
        result = self.call(operation, {"message_id": self._message_id, **args})
        token = result["tokens"][-1]
        return Minted(VectorStatus.PASSED, token["digits"], None, _said(token, result))

    def key_change(self, inputs: Inputs) -> MintedKeyChange:
        """Make every section of a key change, without signatures: a module wants those of two operators.

        Raises:
            CommandError: the inputs or the module refuse.
        """
        return change_of(self.call("key_change", self.change_request(inputs)))

    def change_request(self, inputs: Inputs) -> Args:
        """The arguments of a key change, as two operators sign them.

        Raises:
            CommandError: the inputs are refused.
        """
        try:
            new = inputs["new"]
            target = {name: _key_input(new, name) for name in _KEY_INPUTS if new.get(name) is not None}
            args: Args = {"message_id": self._message_id, "meter": _meter(inputs), "target": target}
            if new.get("three_kct") is not None:
                args["three_kct"] = read.flag(new, "three_kct")
        except StsError as error:
            raise refused(error, self._lang) from error
        return args

    def call(self, operation: str, args: Args) -> dict[str, Any]:
        """One request to the module.

        Raises:
            CommandError: it refuses, or does not answer; its sentence.
        """
        try:
            with SecurityModuleClient(self._url) as client:
                return client.call(operation, args)
        except RequestRefused as error:
            raise CommandError(error.es if self._lang == "es" else error.en) from error
        except UnableToReachModule as error:
            raise CommandError(str(error)) from error


def change_of(result: Mapping[str, Any]) -> MintedKeyChange:
    """The module's answer to a key change; the keys themselves it does not say."""
    tokens = {token["subclass"]: token for token in result["tokens"]}
    digits = {subclass: token["digits"] for subclass, token in tokens.items()}
    decoded = {subclass: _said(token, result) for subclass, token in tokens.items()}
    return MintedKeyChange(digits, decoded, "", "")


def _request(token_class: int, subclass: int, inputs: Inputs) -> tuple[str, Args]:
    """Operation and arguments of a token; KeyError for a class that no operation makes."""
    operation = {0: "mint", 1: "meter_test", 2: "management"}[token_class]
    if token_class == 1:
        control = read.whole_number(inputs, "control_hex", 16)
        code = read.whole_number(inputs, "manufacturer_code")
        return operation, {"subclass": subclass, "control": control, "mfr_code": code}
    args: Args = {"meter": _meter(inputs), "subclass": subclass}
    if token_class == 0:
        return operation, {**args, "amount": _amount(subclass, inputs)}
    return operation, {**args, "value": read.whole_number(inputs, "value")}


def _amount(subclass: int, inputs: Inputs) -> int:
    if subclass < _CURRENCY_SUBCLASS:
        return read.whole_number(inputs, "amount_units")
    if inputs.get("amount_1e5") is not None:
        return read.whole_number(inputs, "amount_1e5")
    return currency_units(read.required(inputs, "amount_base_currency"))


def _meter(inputs: Inputs) -> Args:
    """The meter as the module's API takes it."""
    pan: MeterPrimaryAccountNumber = read.meter_pan(inputs)
    meter: Args = {"drn": pan.pan, **{name: _key_input(inputs, name) for name in _KEY_INPUTS}}
    if inputs.get("ea") is not None:
        meter["ea"] = read.code(inputs, "ea")
    if inputs.get("ken") is not None:
        meter["ken"] = read.whole_number(inputs, "ken")
    return meter


def _key_input(inputs: Inputs, name: str) -> Any:
    if name == "sgc":
        return read.digits(inputs, name, 6)
    if name == "key_type":
        return int(read.key_type({"key_type": 2, **inputs}))
    return read.whole_number(inputs, name)


def _said(token: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the module's answer to a token, under the names that decoding gives."""
    said: dict[str, Any] = {
        "token_class": token["class"],
        "token_subclass": token["subclass"],
        "name": token["name"],
    }
    if "tid" in token:
        said |= {"tid": token["tid"], "issue_time_utc": token["time"]}
    if result.get("units"):
        said["decoded_units"] = result["units"]
    key = result.get("key", {})
    return {
        **said,
        **{name: key[name] for name in ("sgc", "krn", "ti") if name in key},
        "test": result["test"],
    }
