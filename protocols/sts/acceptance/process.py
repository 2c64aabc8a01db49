"""The meter application process: from 20 digits to an `Outcome`, in the order of the standard."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from protocols.sts.acceptance.key_register import (
    PPKW_CARRIERS,
    KeyRegister,
    PendingKeyChange,
    changed_register,
    key_type_allowed,
)
from protocols.sts.acceptance.lock_out import LOCKED_OUT, LockOut
from protocols.sts.acceptance.results import AuthenticationResult, Outcome, TokenResult, ValidationResult
from protocols.sts.cipher.algorithms import EncryptionAlgorithm
from protocols.sts.errors import StsValueError, TokenFormatError
from protocols.sts.identity import KeyExpiryNumber, KeyType
from protocols.sts.token.codec import SUPPORTED_FUNCTIONS, Decoded, MakerAddressedToken, Token, decode_token
from protocols.sts.token.management import (
    ALL_REGISTERS,
    ClearCredit,
    ClearTamperCondition,
    KeySection,
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
)
from protocols.sts.token.non_specific_management import ProprietaryMeterTest, ReadExtendedToken

# The memory of used token identifiers, which makes a token single-use.

TID_STORE_CAPACITY = 50
"""At least 50, by domain memory [M]; one vending module's list is as long."""


class TidStore:
    """The highest TIDs accepted so far, zeros at first; each new one displaces the smallest.

    A token older than others but newer than the smallest is still good once: tokens may be entered out of
    order.

    Args:
        capacity: how many TIDs are kept.

    Source: IEC 62055-41, 7.3.7
    """

    __slots__ = ("_tids",)

    def __init__(self, capacity: int = TID_STORE_CAPACITY) -> None:
        if capacity < 1:
            raise StsValueError(f"a TID store holds at least one TID, not {capacity}")
        self._tids = [0] * capacity

    @property
    def capacity(self) -> int:
        """Number of TIDs that are kept."""
        return len(self._tids)

    def check(self, tid: int) -> ValidationResult:
        """Say whether a TID is older than all that are kept, used, or good. Changes nothing."""
        if tid < self._tids[0]:
            return ValidationResult.OLD_ERROR
        place = bisect_left(self._tids, tid)
        if place < len(self._tids) and self._tids[place] == tid:
            return ValidationResult.USED_ERROR
        return ValidationResult.VALID

    def add(self, tid: int) -> None:
        """Keep the TID of an accepted token; the smallest kept goes."""
        insort(self._tids, tid)
        del self._tids[0]

    def clear(self) -> None:
        """Set every place to zero, as a rollover (RO = 1) asks."""
        self._tids = [0] * self.capacity

    def snapshot(self) -> tuple[int, ...]:
        """Return the TIDs in ascending order, for keeping."""
        return tuple(self._tids)

    def restore(self, tids: Iterable[int]) -> None:
        """Take back what `snapshot` gave.

        Raises:
            StsValueError: another number of TIDs than the capacity.
        """
        restored = sorted(tids)
        if len(restored) != self.capacity:
            raise StsValueError(f"this TID store holds {self.capacity} TIDs, not {len(restored)}")
        self._tids = restored


# The settings of a meter's acceptance, and its checks as tables.

Authenticator = Callable[[Decoded, KeyRegister], AuthenticationResult]
Validator = Callable[[Decoded, int, KeyRegister, TidStore], ValidationResult]
"""(decoded, TID, register, store) -> Valid, or why not."""

ANY_MANUFACTURER = 0
SGC_END = 1_000_000


def authenticate(decoded: Decoded, register: KeyRegister) -> AuthenticationResult:
    """Check the CRC and, on class 1, the manufacturer code.

    Source: IEC 62055-41, 7.3.6
    """
    if not decoded.crc_ok:
        return AuthenticationResult.CRC_ERROR
    if isinstance(decoded.token, MakerAddressedToken) and not _addresses(decoded.token, register):
        return AuthenticationResult.MFR_CODE_ERROR
    return AuthenticationResult.AUTHENTIC


def _addresses(token: MakerAddressedToken, register: KeyRegister) -> bool:
    """Tell whether a token of class 1 names this meter's maker, or every maker.

    A meter takes the form of its own DRN only (2- or 4-digit code), with its own code or with 0, which
    addresses every maker: all published tokens use 0 [R]. An extended read has one form only, so its 0 is
    for meters of both; a proprietary token has no 0 for all, its meaning is one maker's.
    """
    drn = register.pan.decoder_reference_number
    if isinstance(token, ReadExtendedToken) and token.mfr_code == ANY_MANUFACTURER:
        return True
    if token.mfr_code_digits != drn.mfr_code_digits:
        return False
    for_all = token.mfr_code == ANY_MANUFACTURER and not isinstance(token, ProprietaryMeterTest)
    return for_all or token.mfr_code == drn.mfr_code


def check_tid(decoded: Decoded, tid: int, register: KeyRegister, store: TidStore) -> ValidationResult:
    """OldError or UsedError, by the store."""
    return store.check(tid)


def check_key_expiry(decoded: Decoded, tid: int, register: KeyRegister, store: TidStore) -> ValidationResult:
    """KeyExpiredError when the TID lies past the key's expiry number; optional in a meter."""
    expired = KeyExpiryNumber(register.ken).expired_at(tid)
    return ValidationResult.KEY_EXPIRED_ERROR if expired else ValidationResult.VALID


def check_default_key(decoded: Decoded, tid: int, register: KeyRegister, store: TidStore) -> ValidationResult:
    """DDTKError for credit under a default key; management works under any."""
    refused = decoded.token_class == 0 and register.key_type is KeyType.DDTK
    return ValidationResult.DDTK_ERROR if refused else ValidationResult.VALID


ELECTRICITY_FUNCTIONS: frozenset[tuple[int, int]] = frozenset(
    {(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 3), (2, 4), (2, 5), (2, 8), (2, 9)}
)
"""Functions of a single-phase electricity meter with credit in kWh; any other token is a FunctionError."""

VALIDATORS: tuple[Validator, ...] = (check_tid, check_key_expiry, check_default_key)
"""In this order; which result wins when several apply is an open point, so the order is a parameter."""


def _bad_register(token: Token) -> bool:
    return isinstance(token, ClearCredit) and 7 < token.register != ALL_REGISTERS


def _bad_pad(token: Token) -> bool:
    return isinstance(token, ClearTamperCondition | Set3rdSectionSupplyGroupCode) and token.pad != 0


def _bad_krn(token: Token) -> bool:
    return isinstance(token, Set1stSectionDecoderKey) and not 1 <= token.krn <= 9


def _bad_ti(token: Token) -> bool:
    return isinstance(token, Set2ndSectionDecoderKey) and token.ti > 99


def _bad_sgc(token: Token) -> bool:
    return isinstance(token, Set3rdSectionSupplyGroupCode) and token.sgc >= SGC_END


CONTENT_CHECKS: tuple[tuple[Callable[[Token], bool], TokenResult], ...] = (
    (_bad_pad, TokenResult.FORMAT_ERROR),
    (_bad_register, TokenResult.RANGE_ERROR),
    (_bad_krn, TokenResult.RANGE_ERROR),
    (_bad_ti, TokenResult.RANGE_ERROR),
    (_bad_sgc, TokenResult.RANGE_ERROR),
)
"""Checks of content that no meter can execute: a malformed element, a value outside its range."""


@dataclass(frozen=True, slots=True)
class AcceptanceRules:
    """Rules by which one model of meter accepts tokens; every part can be replaced.

    Args:
        functions: (class, subclass) pairs that the meter executes; any other answers FunctionError.
        carriers: token carrier types; without 01 (magnetic card) a common key is refused.
        authenticator: CRC and manufacturer code.
        validators: checks of the TID, in order; leave `check_key_expiry` out for a meter without key expiry.
    """

    functions: frozenset[tuple[int, int]] = SUPPORTED_FUNCTIONS
    carriers: frozenset[int] = PPKW_CARRIERS
    authenticator: Authenticator = authenticate
    validators: tuple[Validator, ...] = field(default=VALIDATORS)

    def refusal(self, decoded: Decoded) -> TokenResult | None:
        """Return why an authentic and valid token cannot be executed, or None if it can be tried."""
        function = (decoded.token_class, decoded.token_subclass)
        if decoded.token is None or function not in self.functions:
            return TokenResult.FUNCTION_ERROR
        for is_bad, result in CONTENT_CHECKS:
            if is_bad(decoded.token):
                return result
        return None

    def validate(self, decoded: Decoded, register: KeyRegister, store: TidStore) -> ValidationResult | None:
        """Return the first validator's objection, Valid, or None for a token without a TID.

        Source: IEC 62055-41, 7.3.7
        """
        tid = decoded.tid
        if tid is None:
            return None
        for validator in self.validators:
            result = validator(decoded, tid, register, store)
            if result is not ValidationResult.VALID:
                return result
        return ValidationResult.VALID


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
