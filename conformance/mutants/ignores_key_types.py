"""A meter in which every key type may follow every other: a unique key can be led back to an initial one."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import TokenAcceptance, TokenResult
from protocols.sts.identity import KeyType
from protocols.sts.token import KeySection
from sim.meter import DEFAULT_PARTS
from sim.meter.parts import AcceptanceParts

CLAUSE = "iec62055-41/8.9"
DESCRIPTION = Text("no mira qué tipo de clave sigue a cuál", "ignores which key type follows which")


class AnyKeyType(TokenAcceptance):
    """Takes each section as if the present key were an initial one."""

    __slots__ = ()

    def _take_section(self, section: KeySection, now_s: float) -> TokenResult:
        present = self.register
        self.register = dataclasses.replace(present, key_type=KeyType.DITK)
        result = super()._take_section(section, now_s)
        if result is not TokenResult.ACCEPT:
            self.register = present
        return result


def _acceptance(parts: AcceptanceParts) -> TokenAcceptance:
    return AnyKeyType(
        parts.register,
        tid_store=parts.tid_store,
        rules=parts.rules,
        pending=parts.key_change,
        lock_out=parts.lock_out,
    )


PARTS = dataclasses.replace(DEFAULT_PARTS, token_acceptance=_acceptance)
