"""A meter whose TID store forgets: every authentic token is new to it, as often as it comes."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import TidStore, ValidationResult
from sim.meter import DEFAULT_PARTS

CLAUSE = "iec62055-41/7.3.7"
DESCRIPTION = Text("acepta un código ya usado", "accepts a used token")


class ForgetfulStore(TidStore):
    """Takes every TID for new."""

    def check(self, tid: int) -> ValidationResult:
        """Valid, whatever came before."""
        return ValidationResult.VALID


PARTS = dataclasses.replace(DEFAULT_PARTS, tid_store=ForgetfulStore)
