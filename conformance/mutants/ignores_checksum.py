"""A meter that looks at no checksum: whatever deciphers to something is authentic to it."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import AcceptanceRules, AuthenticationResult
from protocols.sts.token import Decoded
from sim.meter import DEFAULT_PARTS
from sim.meter.tokens import FUNCTIONS

CLAUSE = "iec62055-41/7.3.6"
DESCRIPTION = Text("no mira la suma de control", "ignores the checksum")


def _authentic(_decoded: Decoded, _register: object) -> AuthenticationResult:
    return AuthenticationResult.AUTHENTIC


def _rules() -> AcceptanceRules:
    return AcceptanceRules(functions=FUNCTIONS, authenticator=_authentic)


PARTS = dataclasses.replace(DEFAULT_PARTS, acceptance_rules=_rules)
