"""A meter that uses the TID of an authentic token up even when it refuses the token."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import Outcome, TokenAcceptance, ValidationResult
from protocols.sts.acceptance.process import Apply
from sim.meter import DEFAULT_PARTS
from sim.meter.parts import AcceptanceParts

CLAUSE = "iec62055-41/7.3.8"
DESCRIPTION = Text("consume el TID de un código rechazado", "uses up the TID of a refused token")


class SlowShop(TokenAcceptance):
    """Crosses the TID out before it looks whether it can serve the token."""

    def enter(self, digits: str, apply: Apply, now_s: float = 0.0) -> Outcome:
        """As the right one, but the TID is gone in any case."""
        outcome = super().enter(digits, apply, now_s)
        tid = getattr(outcome.token, "tid", None)
        if outcome.validation is ValidationResult.VALID and not outcome.accepted and tid is not None:
            self.tid_store.add(tid)
        return outcome


def _acceptance(parts: AcceptanceParts) -> TokenAcceptance:
    return SlowShop(
        parts.register,
        tid_store=parts.tid_store,
        rules=parts.rules,
        pending=parts.key_change,
        lock_out=parts.lock_out,
    )


PARTS = dataclasses.replace(DEFAULT_PARTS, token_acceptance=_acceptance)
