"""Mutants of credit and management tokens from a vendor (CTSA01 to CTSA04, CTSA10, CTSA20, CTSA24)."""

import dataclasses
from typing import Any

from conformance.mutants._registry import vendor_mutant
from conformance.vending.own_module import OwnModule, RetouchingModule, with_fields
from i18n import Message
from protocols.sts.amounts import STEPS_1E5, decode_amount, encode_amount
from protocols.sts.token import Token, TransferCredit, TransferCurrencyCredit


@vendor_mutant(
    "even-rnd",
    "sts531-1/CTSA01",
    Message("the lowest bit of RND is always zero"),
)
class EvenRnd(RetouchingModule):
    """A vendor whose random bits are always even."""

    def change(self, token: Token) -> Token:
        """RND without its lowest bit."""
        rnd = getattr(token, "rnd", None)
        return token if rnd is None else with_fields(token, rnd=rnd & ~1)


@vendor_mutant(
    "rounds-amount-down",
    "sts531-1/CTSA10",
    Message("rounds the amount down"),
)
class RoundsAmountDown(RetouchingModule):
    """A vendor that codes the amount downwards."""

    asked_units = 0

    def change(self, token: Token) -> Token:
        """The next smaller amount, where the coding had to round."""
        if not isinstance(token, TransferCredit) or token.amount_units == self.asked_units:
            return token
        below = decode_amount(encode_amount(token.amount_units) - 1)
        return dataclasses.replace(token, amount_units=below)

    def carry(self, operation: str, args: dict) -> dict:  # type: ignore[type-arg]
        """Remember what was asked for."""
        self.asked_units = args.get("amount", 0)
        return super().carry(operation, args)


@vendor_mutant(
    "limit-in-tens-of-watts",
    "sts531-1/CTSA03",
    Message("counts the power limit in tens of watts"),
)
class LimitInTensOfWatts(OwnModule):
    """A vendor that counts power limits in tens of watts."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """A tenth of the limit."""
        if operation == "management" and args["subclass"] == 0:
            args = {**args, "value": args["value"] // 10}
        return super().carry(operation, args)


@vendor_mutant(
    "clears-electricity-for-all",
    "sts531-1/CTSA04",
    Message("clears electricity alone where all registers are asked for"),
)
class ClearsElectricityForAll(OwnModule):
    """A vendor for which all registers are the first one."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Register 0 in place of all."""
        if operation == "management" and (args["subclass"], args["value"]) == (1, 0xFFFF):
            args = {**args, "value": 0}
        return super().carry(operation, args)


_MANTISSAS = 1 << 14


@vendor_mutant(
    "currency-against-customer",
    "sts531-1/CTSA20",
    Message("rounds money in its own favour"),
)
class CurrencyAgainstCustomer(RetouchingModule):
    """A vendor that rounds money in its own favour."""

    def change(self, token: Token) -> Token:
        """One step of the mantissa less."""
        if not isinstance(token, TransferCurrencyCredit):
            return token
        step = next(step for step in STEPS_1E5 if abs(token.amount_1e5) < 2 * _MANTISSAS * step)
        return dataclasses.replace(token, amount_1e5=token.amount_1e5 - step)


@vendor_mutant(
    "extended-without-index",
    "sts531-1/CTSA24",
    Message("loses the TokenIndex of the extended set"),
)
class ExtendedWithoutIndex(RetouchingModule):
    """A vendor that loses the TokenIndex of the extended set."""

    def change(self, token: Token) -> Token:
        """TokenIndex 0."""
        return with_fields(token, token_index=0)
