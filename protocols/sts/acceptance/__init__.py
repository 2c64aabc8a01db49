"""Acceptance of a token by a meter: authenticate, validate, execute, and answer as the standard names it.

A refused token is an `Outcome`, never an exception.

Source: IEC 62055-41:2018, clause 7
"""

from protocols.sts.acceptance.key_register import (
    KEY_CHANGE_TIMEOUT_S,
    KEY_TYPE_MATRIX,
    KeyRegister,
    PendingKeyChange,
)
from protocols.sts.acceptance.lock_out import LockOut, LockOutTerms
from protocols.sts.acceptance.process import (
    ELECTRICITY_FUNCTIONS,
    TID_STORE_CAPACITY,
    AcceptanceRules,
    TidStore,
    TokenAcceptance,
)
from protocols.sts.acceptance.results import AuthenticationResult, Outcome, TokenResult, ValidationResult

__all__ = [
    "ELECTRICITY_FUNCTIONS",
    "KEY_CHANGE_TIMEOUT_S",
    "KEY_TYPE_MATRIX",
    "TID_STORE_CAPACITY",
    "AcceptanceRules",
    "AuthenticationResult",
    "KeyRegister",
    "LockOut",
    "LockOutTerms",
    "Outcome",
    "PendingKeyChange",
    "TidStore",
    "TokenAcceptance",
    "TokenResult",
    "ValidationResult",
]
