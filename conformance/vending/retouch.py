"""A token opened, changed and closed again under the same test key: how a mutant makes a wrong one."""

import dataclasses
from collections.abc import Callable
from typing import Any

from conformance.vending.own_module import OwnModule
from conformance.vending.registers import decoder_key
from conformance.vending.vendor import Card
from protocols.sts.luhn import luhn_digit
from protocols.sts.token import Token, decode_token, encode_token

Retouch = Callable[[Token], Token]


def meter_card(args: dict[str, Any]) -> Card:
    """The card that a request speaks of, with its whole MeterPAN."""
    meter = args["meter"]
    drn = meter["drn"]
    pan = drn if len(drn) == 18 else {11: "600727", 13: "0000"}[len(drn)] + drn
    pan = pan if len(pan) == 18 else pan + luhn_digit(pan)
    return Card(pan, meter["ea"], meter["sgc"], meter["krn"], meter["ti"], meter.get("key_type", 2))


def retouched(digits: str, card: Card, change: Retouch) -> str:
    """The token with `change` made to it; one that another key closed stays as it is."""
    key = decoder_key(card, card)
    decoded = decode_token(digits, key)
    if not decoded.crc_ok or decoded.token is None:
        return digits
    return encode_token(change(decoded.token), key)


class RetouchingModule(OwnModule):
    """Our module, whose tokens of classes 0 and 2 a subclass changes on their way out."""

    def change(self, token: Token) -> Token:
        """The token that goes out in place of `token`."""
        return token

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Carry out one operation, and change its tokens."""
        result = super().carry(operation, args)
        if "meter" not in args:
            return result
        card = meter_card(args)
        for token in result["tokens"]:
            token["digits"] = retouched(token["digits"], card, self.change)
        return result


def with_fields(token: Token, **fields: object) -> Token:
    """The token with other fields, where it has all of them."""
    names = {field.name for field in dataclasses.fields(token)}
    return dataclasses.replace(token, **fields) if names >= fields.keys() else token  # type: ignore[arg-type]
