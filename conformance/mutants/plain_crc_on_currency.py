"""A meter that closes every token with the plain CRC: credit in currency is never authentic to it."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import AcceptanceRules, AuthenticationResult, KeyRegister
from protocols.sts.acceptance.rules import authenticate
from protocols.sts.crc import token_crc
from protocols.sts.token import Decoded
from sim.meter import DEFAULT_PARTS
from sim.meter.tokens import FUNCTIONS

CLAUSE = "iec62055-41/7.3.6"
DESCRIPTION = Text("no conoce CRC_C", "does not know CRC_C")


def _one_checksum(decoded: Decoded, register: KeyRegister) -> AuthenticationResult:
    block = decoded.block or 0
    fits = token_crc(decoded.token_class, block >> 16) == block & 0xFFFF
    return authenticate(dataclasses.replace(decoded, crc_ok=fits), register)


def _rules() -> AcceptanceRules:
    return AcceptanceRules(functions=FUNCTIONS, authenticator=_one_checksum)


PARTS = dataclasses.replace(DEFAULT_PARTS, acceptance_rules=_rules)
