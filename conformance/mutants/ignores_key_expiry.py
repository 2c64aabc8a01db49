"""A meter that declares key expiry and does not look at it."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import AcceptanceRules
from protocols.sts.acceptance.rules import VALIDATORS, check_key_expiry
from sim.meter import DEFAULT_PARTS
from sim.meter.tokens import FUNCTIONS

CLAUSE = "iec62055-41/7.3.7"
DESCRIPTION = Text("no mira el vencimiento de la clave", "ignores key expiry")

_OTHERS = tuple(validator for validator in VALIDATORS if validator is not check_key_expiry)


def _rules() -> AcceptanceRules:
    return AcceptanceRules(functions=FUNCTIONS, validators=_OTHERS)


PARTS = dataclasses.replace(DEFAULT_PARTS, acceptance_rules=_rules)
