"""Mutants of the token identifier and of the meter card (CTSA09, CTSA11, CTSA17, CTSA18)."""

from typing import Any

from conformance.mutants._registry import vendor_mutant
from conformance.vending.own_module import OwnModule, RetouchingModule, with_fields
from i18n import Message
from protocols.sts.identity import luhn_digit
from protocols.sts.token import Token
from system.security_module.state import State


@vendor_mutant(
    "reuses-tid",
    "sts531-1/CTSA09",
    Message("gives two tokens of one minute the same TID"),
)
class ReusesTid(OwnModule):
    """A vendor that gives every token of a minute the same TID."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Forget before every token."""
        if operation in ("mint", "management"):
            super().carry("reset_tids", {})
        return super().carry(operation, args)


@vendor_mutant(
    "tids-apart-by-kind",
    "sts531-1/CTSA09",
    Message("keeps separate lists of TIDs for credit and management"),
)
class TidsApartByKind(OwnModule):
    """A vendor with one list of TIDs for credit and another for management."""

    def __init__(self) -> None:
        super().__init__()
        self._states = {"mint": self.service.state, "management": State()}

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Each kind with the memory of its own."""
        if operation == "reset_tids":
            self._states["management"] = State()
        other = OwnModule() if operation == "management" else None
        if other is None:
            return super().carry(operation, args)
        other.service.clock.fix(self.now)
        for record in self._states["management"].snapshot():
            other.service.state.apply(record)
        other.carry("force_rnd", {"rnd": 5})
        result = other.carry(operation, args)
        self._states["management"] = other.service.state
        return result


_DAY_MIN = 1440


_AFTER_RESERVED = 2


@vendor_mutant(
    "uses-reserved-minute",
    "sts531-1/CTSA09",
    Message("uses the reserved minute 00:01"),
)
class UsesReservedMinute(RetouchingModule):
    """A vendor that sells at 00:01 with the TID of 00:01."""

    def change(self, token: Token) -> Token:
        """00:02 made at 00:01 goes back to 00:01."""
        tid = getattr(token, "tid", 0)
        at_00_01 = self.now is not None and (self.now.hour, self.now.minute) == (0, 1)
        return with_fields(token, tid=tid - 1) if at_00_01 and tid % _DAY_MIN == _AFTER_RESERVED else token


@vendor_mutant(
    "short-form-for-all",
    "sts531-1/CTSA11",
    Message("always takes the short form of the manufacturer code"),
)
class ShortFormForAll(OwnModule):
    """A vendor that puts every manufacturer into the short form."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Class 1 always with subclass 0."""
        if operation == "meter_test" and args["subclass"] == 1:
            args = {**args, "subclass": 0, "mfr_code": args["mfr_code"] % 100}
        return super().carry(operation, args)


@vendor_mutant(
    "ignores-check-digit",
    "sts531-1/CTSA17",
    Message("takes a DRN with a wrong check digit"),
)
class IgnoresCheckDigit(OwnModule):
    """A vendor that corrects check digits by itself."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """With another check digit."""
        if "meter" in args and len(args["meter"]["drn"]) < 18:
            payload = args["meter"]["drn"][:-1]
            args = {**args, "meter": {**args["meter"], "drn": payload + luhn_digit(payload)}}
        return super().carry(operation, args)


@vendor_mutant("ignores-card-expiry", "sts531-1/CTSA18", Message("serves an expired card"))
class IgnoresCardExpiry(OwnModule):
    """A vendor that does not read the date of expiry of a card."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Without the date of expiry."""
        if "meter" in args:
            meter = {name: value for name, value in args["meter"].items() if name != "doe"}
            args = {**args, "meter": meter}
        return super().carry(operation, args)
