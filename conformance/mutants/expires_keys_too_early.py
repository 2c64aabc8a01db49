"""A meter that reckons key expiry as KEN times 65 535 minutes, as one vending engine does: too early."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import AcceptanceRules, KeyRegister, TidStore, ValidationResult
from protocols.sts.acceptance.rules import VALIDATORS, check_key_expiry
from protocols.sts.token import Decoded
from sim.meter import DEFAULT_PARTS
from sim.meter.tokens import FUNCTIONS

CLAUSE = "iec62055-41/7.3.7"
DESCRIPTION = Text("da la clave por vencida antes de tiempo", "takes the key for expired too early")

_NEVER, _STEP_MIN = 255, 65_535


def _product(_decoded: Decoded, tid: int, register: KeyRegister, _store: TidStore) -> ValidationResult:
    expired = register.ken != _NEVER and tid > register.ken * _STEP_MIN
    return ValidationResult.KEY_EXPIRED_ERROR if expired else ValidationResult.VALID


_VALIDATORS = tuple(_product if check is check_key_expiry else check for check in VALIDATORS)


def _rules() -> AcceptanceRules:
    return AcceptanceRules(functions=FUNCTIONS, validators=_VALIDATORS)


PARTS = dataclasses.replace(DEFAULT_PARTS, acceptance_rules=_rules)
