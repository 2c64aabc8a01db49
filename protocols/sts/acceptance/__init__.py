"""What a meter does with 20 digits: authenticate, validate, execute, and answer as the standard names it.

A refused token is an `Outcome`, never an exception.

Source: IEC 62055-41:2018, clause 7
"""

from protocols.sts.acceptance.key_change_set import KEY_CHANGE_TIMEOUT_S, PendingKeyChange
from protocols.sts.acceptance.key_types import KEY_TYPE_MATRIX
from protocols.sts.acceptance.lock_out import LockOut, LockOutTerms
from protocols.sts.acceptance.process import TokenAcceptance
from protocols.sts.acceptance.register import KeyRegister
from protocols.sts.acceptance.results import AuthenticationResult, Outcome, TokenResult, ValidationResult
from protocols.sts.acceptance.rules import ELECTRICITY_FUNCTIONS, AcceptanceRules
from protocols.sts.acceptance.tid_store import TID_STORE_CAPACITY, TidStore

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
