"""A meter that leaves the check of the TID out of its validation."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import AcceptanceRules
from protocols.sts.acceptance.rules import VALIDATORS, check_tid
from sim.meter import DEFAULT_PARTS
from sim.meter.tokens import FUNCTIONS

CLAUSE = "iec62055-41/7.3.7"
DESCRIPTION = Text("no valida el TID", "does not validate the TID")

_OTHERS = tuple(validator for validator in VALIDATORS if validator is not check_tid)


def _rules() -> AcceptanceRules:
    return AcceptanceRules(functions=FUNCTIONS, validators=_OTHERS)


PARTS = dataclasses.replace(DEFAULT_PARTS, acceptance_rules=_rules)
