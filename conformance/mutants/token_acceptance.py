"""Mutants of token acceptance: authentication, validation and results (IEC 62055-41, 7.3.6 to 7.3.8)."""

import dataclasses
from collections.abc import Callable

from conformance.mutants._parts import part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.sts.acceptance import (
    AcceptanceRules,
    AuthenticationResult,
    KeyRegister,
    Outcome,
    TidStore,
    TokenAcceptance,
    TokenResult,
    ValidationResult,
)
from protocols.sts.acceptance.process import (
    VALIDATORS,
    Apply,
    Validator,
    authenticate,
    check_default_key,
    check_key_expiry,
    check_tid,
)
from protocols.sts.crc import token_crc
from protocols.sts.token import Decoded, Token, TransferCredit
from sim.meter.parts import AcceptanceParts
from sim.meter.payment.prepayment import Prepayment
from sim.meter.payment.tokens import FUNCTIONS, TokenEffects, TokenProcessor


def _always_authentic(_decoded: Decoded, _register: object) -> AuthenticationResult:
    return AuthenticationResult.AUTHENTIC


@mutant(
    "ignores-checksum",
    "iec62055-41/7.3.6",
    Message("ignores the checksum"),
    part("acceptance_rules"),
)
def ignores_checksum() -> AcceptanceRules:
    """A meter that looks at no checksum: whatever deciphers to something is authentic to it."""
    return AcceptanceRules(functions=FUNCTIONS, authenticator=_always_authentic)


def _one_checksum(decoded: Decoded, register: KeyRegister) -> AuthenticationResult:
    block = decoded.block or 0
    fits = token_crc(decoded.token_class, block >> 16) == block & 0xFFFF
    return authenticate(dataclasses.replace(decoded, crc_ok=fits), register)


@mutant(
    "plain-crc-on-currency",
    "iec62055-41/7.3.6",
    Message("does not know CRC_C"),
    part("acceptance_rules"),
)
def plain_crc_on_currency() -> AcceptanceRules:
    """A meter that closes every token with the plain CRC: credit in currency is never authentic to it."""
    return AcceptanceRules(functions=FUNCTIONS, authenticator=_one_checksum)


def _checksum_only(decoded: Decoded, _register: object) -> AuthenticationResult:
    return AuthenticationResult.AUTHENTIC if decoded.crc_ok else AuthenticationResult.CRC_ERROR


@mutant(
    "takes-other-makers",
    "iec62055-41/7.3.6",
    Message("takes another maker's class 1"),
    part("acceptance_rules"),
)
def takes_other_makers() -> AcceptanceRules:
    """A meter that ignores the manufacturer code: it carries out the test tokens of another maker."""
    return AcceptanceRules(functions=FUNCTIONS, authenticator=_checksum_only)


@mutant(
    "accepts-used-token",
    "iec62055-41/7.3.7",
    Message("accepts a used token"),
    part("tid_store"),
)
class AcceptsUsedToken(TidStore):
    """A meter whose TID store forgets: every authentic token is new to it, as often as it comes."""

    def check(self, tid: int) -> ValidationResult:
        """Valid, whatever came before."""
        return ValidationResult.VALID


@mutant(
    "remembers-one-token",
    "iec62055-41/7.3.7",
    Message("remembers one token only"),
    part("tid_store"),
)
def remembers_one_token(_capacity: int) -> TidStore:
    """A meter whose TID store has one place: after a later token, an earlier new one is too old for it."""
    return TidStore(1)


@mutant(
    "takes-old-tokens",
    "iec62055-41/7.3.7",
    Message("takes tokens that are too old"),
    part("tid_store"),
)
class TakesOldTokens(TidStore):
    """A meter that takes a token older than all it remembers, so that a used one is good again with time."""

    def check(self, tid: int) -> ValidationResult:
        """Valid instead of old."""
        found = super().check(tid)
        return ValidationResult.VALID if found is ValidationResult.OLD_ERROR else found


def _rules_without(left_out: Validator) -> AcceptanceRules:
    others = tuple(check for check in VALIDATORS if check is not left_out)
    return AcceptanceRules(functions=FUNCTIONS, validators=others)


@mutant(
    "skips-validation",
    "iec62055-41/7.3.7",
    Message("does not validate the TID"),
    part("acceptance_rules"),
)
def skips_validation() -> AcceptanceRules:
    """A meter that leaves the check of the TID out of its validation."""
    return _rules_without(check_tid)


@mutant(
    "takes-credit-under-default-key",
    "iec62055-41/7.3.7",
    Message("takes credit under a default key"),
    part("acceptance_rules"),
)
def takes_credit_under_default_key() -> AcceptanceRules:
    """A meter that takes credit under a default key, which is there only to be changed."""
    return _rules_without(check_default_key)


@mutant(
    "ignores-key-expiry",
    "iec62055-41/7.3.7",
    Message("ignores key expiry"),
    part("acceptance_rules"),
)
def ignores_key_expiry() -> AcceptanceRules:
    """A meter that declares key expiry and does not look at it."""
    return _rules_without(check_key_expiry)


_NEVER_KEN, _STEP_MIN = 255, 65_535


def _product_expiry(_decoded: Decoded, tid: int, register: KeyRegister, _store: TidStore) -> ValidationResult:
    expired = register.ken != _NEVER_KEN and tid > register.ken * _STEP_MIN
    return ValidationResult.KEY_EXPIRED_ERROR if expired else ValidationResult.VALID


_WITH_PRODUCT_EXPIRY = tuple(_product_expiry if check is check_key_expiry else check for check in VALIDATORS)


@mutant(
    "expires-keys-too-early",
    "iec62055-41/7.3.7",
    Message("takes the key for expired too early"),
    part("acceptance_rules"),
)
def expires_keys_too_early() -> AcceptanceRules:
    """A meter that reckons key expiry as KEN times 65 535 minutes, as one vending engine does: too early."""
    return AcceptanceRules(functions=FUNCTIONS, validators=_WITH_PRODUCT_EXPIRY)


class EarlyTidAcceptance(TokenAcceptance):
    """Token acceptance that stores a TID before it looks whether it can serve the token."""

    def enter(self, digits: str, apply: Apply, now_s: float = 0.0) -> Outcome:
        """As the right one, but the TID is gone in any case."""
        outcome = super().enter(digits, apply, now_s)
        tid = getattr(outcome.token, "tid", None)
        if outcome.validation is ValidationResult.VALID and not outcome.accepted and tid is not None:
            self.tid_store.add(tid)
        return outcome


@mutant(
    "consumes-refused-tid",
    "iec62055-41/7.3.8",
    Message("uses up the TID of a refused token"),
    part("token_acceptance"),
)
def consumes_refused_tid(parts: AcceptanceParts) -> TokenAcceptance:
    """A meter that uses the TID of an authentic token up even when it refuses the token."""
    return EarlyTidAcceptance(
        parts.register,
        tid_store=parts.tid_store,
        rules=parts.rules,
        pending=parts.key_change,
        lock_out=parts.lock_out,
    )


_CREDIT_SUBCLASSES = frozenset((0, subclass) for subclass in range(4))


class EveryCredit(TokenProcessor):
    """Token entry that grants the amount of a credit token of any subclass."""

    __slots__ = ()

    def _carry_out(self, token: Token) -> TokenResult:
        if isinstance(token, TransferCredit):
            return self._effects.grant(token.amount_units)
        return super()._carry_out(token)


def _every_credit() -> AcceptanceRules:
    return AcceptanceRules(functions=FUNCTIONS | _CREDIT_SUBCLASSES)


@mutant(
    "credits-water",
    "iec62055-41/7.3.8",
    Message("credits water, gas and time as energy"),
    part("token_processor", acceptance_rules=_every_credit),
)
def credits_water(
    acceptance: TokenAcceptance, effects: TokenEffects, now_s: Callable[[], float]
) -> TokenProcessor:
    """A meter to which all credit is alike: water, gas and time are kilowatt-hours."""
    return EveryCredit(acceptance, effects, now_s)


@mutant(
    "overflow-wraps",
    "iec62055-41/7.3.8",
    Message("the credit register runs over"),
    part("prepayment"),
)
class OverflowWraps(Prepayment):
    """A meter whose credit register runs over: what there is no room for brings it back to zero."""

    __slots__ = ()

    def grant(self, amount_units: int) -> TokenResult:
        """Zero instead of OverflowError."""
        if super().grant(amount_units) is not TokenResult.ACCEPT:
            self._credit_nj = 0
        return TokenResult.ACCEPT
