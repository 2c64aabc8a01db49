"""A meter that takes credit under a default key, which is there only to be changed."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import AcceptanceRules
from protocols.sts.acceptance.rules import VALIDATORS, check_default_key
from sim.meter import DEFAULT_PARTS
from sim.meter.tokens import FUNCTIONS

CLAUSE = "iec62055-41/7.3.7"
DESCRIPTION = Text("toma crédito bajo una clave por defecto", "takes credit under a default key")

_OTHERS = tuple(validator for validator in VALIDATORS if validator is not check_default_key)


def _rules() -> AcceptanceRules:
    return AcceptanceRules(functions=FUNCTIONS, validators=_OTHERS)


PARTS = dataclasses.replace(DEFAULT_PARTS, acceptance_rules=_rules)
