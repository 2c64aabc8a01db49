"""A meter that does not look at the manufacturer code: another maker's test tokens are good enough for it."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import AcceptanceRules, AuthenticationResult
from protocols.sts.token import Decoded
from sim.meter import DEFAULT_PARTS
from sim.meter.tokens import FUNCTIONS

CLAUSE = "iec62055-41/7.3.6"
DESCRIPTION = Text("acepta la clase 1 de otro fabricante", "takes another maker's class 1")


def _checksum_only(decoded: Decoded, _register: object) -> AuthenticationResult:
    return AuthenticationResult.AUTHENTIC if decoded.crc_ok else AuthenticationResult.CRC_ERROR


def _rules() -> AcceptanceRules:
    return AcceptanceRules(functions=FUNCTIONS, authenticator=_checksum_only)


PARTS = dataclasses.replace(DEFAULT_PARTS, acceptance_rules=_rules)
