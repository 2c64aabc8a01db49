"""Mutants of key change and key expiry (CTSA05, CTSA15, CTSA16, CTSA19)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from conformance.mutants._registry import vendor_mutant
from conformance.vending.own_module import OwnModule, RetouchingModule, with_fields
from i18n import Message
from protocols.sts.token import Token
from system.security_module.errors import RequestRefused
from system.security_module.sealed_contents import KeyRegister


@vendor_mutant(
    "forgets-third-section",
    "sts531-1/CTSA05",
    Message("does not give the third section with the supply group"),
)
class ForgetsThirdSection(OwnModule):
    """A vendor that forgets the third section of an EA07 key change."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Without subclass 8 of an EA07 set."""
        result = super().carry(operation, args)
        if operation == "key_change" and args["meter"]["ea"] == "07":
            result["tokens"] = [token for token in result["tokens"] if token["subclass"] != 8]
        return result


@vendor_mutant(
    "forgets-rollover",
    "sts531-1/CTSA15",
    Message("does not set RO where the base date changes"),
)
class ForgetsRollover(RetouchingModule):
    """A vendor that changes the base date without saying so."""

    def change(self, token: Token) -> Token:
        """Without RO."""
        return with_fields(token, rollover=False)


@vendor_mutant(
    "wrong-kenho",
    "sts531-1/CTSA15",
    Message("the high half of the KEN is always F"),
)
class WrongKenho(RetouchingModule):
    """A vendor that leaves the high half of the KEN at F."""

    def change(self, token: Token) -> Token:
        """Another high half."""
        return with_fields(token, ken_high=15)


@vendor_mutant(
    "wrong-kenlo",
    "sts531-1/CTSA15",
    Message("the low half of the KEN is always F"),
)
class WrongKenlo(RetouchingModule):
    """A vendor that leaves the low half of the KEN at F."""

    def change(self, token: Token) -> Token:
        """Another low half."""
        return with_fields(token, ken_low=15)


@vendor_mutant(
    "never-changes-key",
    "sts531-1/CTSA19",
    Message("sells under the old key in place of changing it"),
)
class NeverChangesKey(OwnModule):
    """A vendor that goes on selling under the old key."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Without the aim of a change."""
        if operation == "mint":
            meter = {name: value for name, value in args["meter"].items() if name != "ken"}
            args = {name: value for name, value in args.items() if name not in ("target", "approval")}
            args["meter"] = meter
        return super().carry(operation, args)


@vendor_mutant(
    "credit-before-key-change",
    "sts531-1/CTSA19",
    Message("gives the credit before the key change"),
)
class CreditBeforeKeyChange(OwnModule):
    """A vendor that prints the credit before the key change."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Tokens the other way round."""
        result = super().carry(operation, args)
        if operation == "mint":
            result["tokens"].reverse()
        return result


@vendor_mutant(
    "sells-under-expired-key",
    "sts531-1/CTSA16",
    Message("sells under an expired key"),
)
class SellsUnderExpiredKey(OwnModule):
    """A vendor that knows no key expiry."""

    def registers(self) -> tuple[KeyRegister, ...]:
        """Every KEN is 255."""
        return tuple(replace(register, ken=255) for register in super().registers())


_EXPIRED_SGC = "201460"


@vendor_mutant(
    "stranded-on-expired-key",
    "sts531-1/CTSA16",
    Message("does not change the key of a meter whose key expired"),
)
class StrandedOnExpiredKey(OwnModule):
    """A vendor that lets no meter leave an expired key."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """No change away from register 7."""
        if operation == "key_change" and args["meter"]["sgc"] == _EXPIRED_SGC:
            raise RequestRefused("key-expired", 41, "la clave expiró", "the key has expired")
        return super().carry(operation, args)


@vendor_mutant(
    "expires-a-minute-late",
    "sts531-1/CTSA16",
    Message("sells a minute after the key expired"),
)
class ExpiresAMinuteLate(OwnModule):
    """A vendor that still sells in the first minute after a key expired."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """A minute late by its own clock."""
        if operation == "mint" and self.now is not None:
            self.service.clock.fix(self.now - timedelta(minutes=1))
        return super().carry(operation, args)
