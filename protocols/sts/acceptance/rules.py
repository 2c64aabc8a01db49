"""The settings of a meter's acceptance, and its checks as tables."""

from collections.abc import Callable
from dataclasses import dataclass, field

from protocols.sts.acceptance.key_types import PPKW_CARRIERS
from protocols.sts.acceptance.register import KeyRegister
from protocols.sts.acceptance.results import AuthenticationResult, TokenResult, ValidationResult
from protocols.sts.acceptance.tid_store import TidStore
from protocols.sts.identity.key_attributes import KeyExpiryNumber, KeyType
from protocols.sts.token.codec import Decoded
from protocols.sts.token.layout import SUPPORTED_FUNCTIONS, MakerAddressedToken, Token
from protocols.sts.token.maker_tokens import ProprietaryMeterTest, ReadExtendedToken
from protocols.sts.token.management import ALL_REGISTERS, ClearCredit, ClearTamperCondition
from protocols.sts.token.sections import (
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
)

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
"""What a single-phase electricity meter with credit in kWh executes; any other token is a FunctionError."""

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
"""What no meter can execute, whatever its functions: a malformed element, a value outside its range."""


@dataclass(frozen=True, slots=True)
class AcceptanceRules:
    """How one model of meter accepts tokens; every part can be replaced.

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
