"""The answers of a meter to a token, named as IEC 62055-41 names them."""

from dataclasses import dataclass
from enum import Enum

from protocols.sts.token.codec import Token


class AuthenticationResult(Enum):
    """True if the token is meant for this meter. Source: IEC 62055-41, 7.3.6."""

    AUTHENTIC = "Authentic"
    CRC_ERROR = "CRCError"
    MFR_CODE_ERROR = "MfrCodeError"


class ValidationResult(Enum):
    """True if the token may be used now. Source: IEC 62055-41, 7.3.7."""

    VALID = "Valid"
    OLD_ERROR = "OldError"
    USED_ERROR = "UsedError"
    KEY_EXPIRED_ERROR = "KeyExpiredError"
    DDTK_ERROR = "DDTKError"


class TokenResult(Enum):
    """Result of executing the token.

    Source: IEC 62055-41:2018, 7.3.8 (3rdKCT and 4thKCT: third edition).
    """

    ACCEPT = "Accept"
    FIRST_KCT = "1stKCT"
    SECOND_KCT = "2ndKCT"
    THIRD_KCT = "3rdKCT"
    FOURTH_KCT = "4thKCT"
    OVERFLOW_ERROR = "OverflowError"
    KEY_TYPE_ERROR = "KeyTypeError"
    FORMAT_ERROR = "FormatError"
    RANGE_ERROR = "RangeError"
    FUNCTION_ERROR = "FunctionError"
    LOCK_OUT = "LockOut"
    """Not in the standard: too many wrong entries, the token was not looked at (see `lock_out`)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The meter's answer, stage by stage; a stage that was not reached, or that does not apply, is None.

    Attributes:
        authentication: CRC and manufacturer code; None if the digits were malformed.
        validation: TID, key expiry, default key; None for class 1 and key sections, which are exempt.
        result: what execution gave; None if an earlier stage refused.
        token: the token, once it was found authentic and known.
    """

    authentication: AuthenticationResult | None = None
    validation: ValidationResult | None = None
    result: TokenResult | None = None
    token: Token | None = None

    @property
    def name(self) -> str:
        """The one standard name to show, of the stage that decided: Accept, UsedError, CRCError, 1stKCT."""
        decided = self.result or self.validation or self.authentication
        return decided.value if decided else TokenResult.FORMAT_ERROR.value

    @property
    def accepted(self) -> bool:
        """True only for Accept: a section of an incomplete key change is not."""
        return self.result is TokenResult.ACCEPT
