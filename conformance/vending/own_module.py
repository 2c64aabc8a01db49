"""Our security module in this process, with the registers of the test plan: the vendor that must conform.

For mutants, its tokens can be opened, changed and closed again under the same test key.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from Crypto.PublicKey import ECC

from conformance.vending.module_vendor import ModuleVendor
from conformance.vending.plan import decoder_key
from conformance.vending.vending_system import Card
from protocols.sts.identity import KeyType, luhn_digit
from protocols.sts.testkeys import TEST_REGISTERS
from protocols.sts.token import Token, decode_token, encode_token
from system.security_module import api, approval, key_file
from system.security_module.clock import ModuleClock
from system.security_module.errors import RequestRefused
from system.security_module.key_stores import KeyStores
from system.security_module.refusals import Refused
from system.security_module.sealed_contents import Client, Contents, KeyRegister
from system.security_module.service import Service
from system.security_module.state import State

STORE = "bench"
START = datetime(2026, 1, 1, tzinfo=UTC)
SAME_AS_8 = 10
"""Register 10 of the plan is register 8 again; a module holds a key once."""

OPERATORS = {
    name: ECC.construct(curve="Ed25519", seed=sha256(f"amibench bench {name}".encode()).digest())
    for name in ("ana", "beto")
}
"""Operators of the bench, made from their names: they sign for test keys only."""


def plan_registers() -> tuple[KeyRegister, ...]:
    """The registers of the test plan as the module keeps them."""
    return tuple(
        KeyRegister(
            number=register.number,
            sgc=register.sgc,
            krn=register.krn,
            key_type=KeyType.DUTK,
            base_date=register.base_date,
            ken=register.ken,
            dkga="04",
            check_value=key_file.check_value(register.vending_key),
            key=register.vending_key,
        )
        for register in TEST_REGISTERS.values()
        if register.number != SAME_AS_8
    )


class OwnModule(ModuleVendor):
    """The module's service without its sockets. Mutants override `registers` or `carry`."""

    def __init__(self) -> None:
        super().__init__(STORE, OPERATORS, "cts-")
        self.client = Client("bench", "in-process", "operations")
        keys = {name: approval.public_key_bytes(key) for name, key in OPERATORS.items()}
        contents = Contents(STORE, test_keys=True, registers=self.registers(), operators=keys)
        self.service = Service(
            replace(contents, clients=(self.client,)), State(), ModuleClock(lambda: START), KeyStores()
        )

    def registers(self) -> tuple[KeyRegister, ...]:
        """The keys that it holds."""
        return plan_registers()

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Carry out one operation; the line is read as it would be from a socket.

        Raises:
            RequestRefused: the module said no.
        """
        try:
            request = api.read_request(api.read_json_line(api.request_line(0, operation, args)))
        except Refused as refusal:
            raise _raised(refusal) from None
        result = self.service.handle(self.client, request).result
        if isinstance(result, Refused):
            raise _raised(result)
        return result


def _raised(refusal: Refused) -> RequestRefused:
    error = refusal.to_json()
    return RequestRefused(error["code"], error["number"], error["es"], error["en"])


# ---------------- Tokens changed on their way out, for mutants

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
