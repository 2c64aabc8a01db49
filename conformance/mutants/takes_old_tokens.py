"""A meter that takes a token older than all it remembers, so that a used one comes good again with time."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import TidStore, ValidationResult
from sim.meter import DEFAULT_PARTS

CLAUSE = "iec62055-41/7.3.7"
DESCRIPTION = Text("acepta códigos demasiado viejos", "takes tokens that are too old")


class AgelessStore(TidStore):
    """Knows used TIDs, but no old ones."""

    def check(self, tid: int) -> ValidationResult:
        """Valid instead of old."""
        found = super().check(tid)
        return ValidationResult.VALID if found is ValidationResult.OLD_ERROR else found


PARTS = dataclasses.replace(DEFAULT_PARTS, tid_store=AgelessStore)
