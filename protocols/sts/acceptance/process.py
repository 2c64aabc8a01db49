"""The meter application process: from 20 digits to an `Outcome`, in the order of the standard."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from protocols.sts.acceptance.key_change_set import PendingKeyChange
from protocols.sts.acceptance.key_types import key_type_allowed
from protocols.sts.acceptance.lock_out import LOCKED_OUT, LockOut
from protocols.sts.acceptance.register import KeyRegister, changed_register
from protocols.sts.acceptance.results import AuthenticationResult, Outcome, TokenResult, ValidationResult
from protocols.sts.acceptance.rules import AcceptanceRules
from protocols.sts.acceptance.tid_store import TidStore
from protocols.sts.cipher.algorithms import EncryptionAlgorithm
from protocols.sts.errors import TokenFormatError
from protocols.sts.token.codec import decode_token
from protocols.sts.token.layout import Token
from protocols.sts.token.sections import KeySection, Set1stSectionDecoderKey

Apply = Callable[[Token], TokenResult]
"""The meter's own execution of a token: Accept, OverflowError, RangeError or FunctionError."""

SECTION_RESULTS = {
    3: TokenResult.FIRST_KCT,
    4: TokenResult.SECOND_KCT,
    8: TokenResult.THIRD_KCT,
    9: TokenResult.FOURTH_KCT,
}
"""Answer to a section that does not complete its set, by subclass."""


class TokenAcceptance:
    """A meter's key register, TID store and pending key change, and what they make of tokens.

    Order: format, class, decryption, authentication, validation, function and range, execution, TID stored.
    Only an accepted token uses up its TID.

    Args:
        register: key register to start with; replaced as a whole when a key change completes.
        tid_store: memory of TIDs; a fresh one of 50 zeros by default.
        functions: (class, subclass) pairs that the meter executes; overrides `rules.functions`.
        rules: every other setting and check.
        pending: collection of key change sections, with its time-out.
        algorithm: a cipher to use in place of the shipped one.
        lock_out: what locks the meter after wrong entries; none by default.

    Source: IEC 62055-41:2018, clause 7
    """

    __slots__ = ("_algorithm", "lock_out", "pending", "register", "rules", "tid_store")

    def __init__(
        self,
        register: KeyRegister,
        *,
        tid_store: TidStore | None = None,
        functions: frozenset[tuple[int, int]] | None = None,
        rules: AcceptanceRules | None = None,
        pending: PendingKeyChange | None = None,
        algorithm: EncryptionAlgorithm | None = None,
        lock_out: LockOut | None = None,
    ) -> None:
        self.register = register
        self.tid_store = tid_store if tid_store is not None else TidStore()
        self.rules = rules or AcceptanceRules()
        if functions is not None:
            self.rules = replace(self.rules, functions=functions)
        self.pending = pending if pending is not None else PendingKeyChange()
        self._algorithm = algorithm
        self.lock_out = lock_out

    def enter(self, digits: str, apply: Apply, now_s: float = 0.0) -> Outcome:
        """Take one token through the whole process. Never raises for what the digits are.

        Args:
            digits: what was entered, meant to be 20 decimal digits.
            apply: called with a credit, management or test token that passed every check; never with a key
                section. What it returns is the result; on anything but Accept it must have changed nothing.
            now_s: device time, used only for the time-out of a partial key change and for the lock-out.
        """
        if self.lock_out is None:
            return self._enter(digits, apply, now_s)
        if not self.lock_out.admits(digits, now_s):
            return LOCKED_OUT
        outcome = self._enter(digits, apply, now_s)
        self.lock_out.note(outcome, now_s)
        return outcome

    def _enter(self, digits: str, apply: Apply, now_s: float) -> Outcome:
        try:
            decoded = decode_token(digits, self.register.decoder_key, algorithm=self._algorithm)
        except TokenFormatError:
            return Outcome(result=TokenResult.FORMAT_ERROR)
        authentication = self.rules.authenticator(decoded, self.register)
        if authentication is not AuthenticationResult.AUTHENTIC:
            return Outcome(authentication)
        validation = self.rules.validate(decoded, self.register, self.tid_store)
        if validation not in (None, ValidationResult.VALID):
            return Outcome(authentication, validation, None, decoded.token)
        result = self.rules.refusal(decoded) or self._execute(decoded.token, apply, now_s)
        if result is TokenResult.ACCEPT and decoded.tid is not None:
            self.tid_store.add(decoded.tid)
        return Outcome(authentication, validation, result, decoded.token)

    def snapshot(self) -> dict[str, Any]:
        """Return register, TIDs and pending sections as plain data; it holds keys, so keep it as one."""
        return {
            "register": self.register.snapshot(),
            "tids": list(self.tid_store.snapshot()),
            "pending": self.pending.snapshot(),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take back what `snapshot` gave.

        Raises:
            StsValueError: the TID store has another capacity, or the register is malformed.
        """
        register = KeyRegister.from_snapshot(data["register"])
        self.tid_store.restore(data["tids"])
        self.pending.restore(data["pending"], len(register.decoder_key.value))
        self.register = register

    def _execute(self, token: Token | None, apply: Apply, now_s: float) -> TokenResult:
        if token is None:
            return TokenResult.FUNCTION_ERROR
        if isinstance(token, KeySection):
            return self._take_section(token, now_s)
        return apply(token)

    def _take_section(self, section: KeySection, now_s: float) -> TokenResult:
        """Collect a section and commit the set if it is complete; a refused section is not collected."""
        if isinstance(section, Set1stSectionDecoderKey) and not key_type_allowed(
            self.register.key_type, section.key_type, self.rules.carriers
        ):
            return TokenResult.KEY_TYPE_ERROR
        self.pending.add(section, now_s)
        complete = self.pending.take_complete(len(self.register.decoder_key.value))
        if complete is None:
            return SECTION_RESULTS[section.token_subclass]
        register = changed_register(self.register, complete)
        if register is None:
            return TokenResult.RANGE_ERROR
        self.register = register
        if complete.first.rollover:
            self.tid_store.clear()
        return TokenResult.ACCEPT
