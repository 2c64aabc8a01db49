"""A meter whose TID store does not outlive a power cut: a used token is new to it afterwards."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import TidStore
from sim.meter import DEFAULT_PARTS

CLAUSE = "pay/PAY-08"
DESCRIPTION = Text("olvida los TID sin energía", "forgets TIDs without power")


class ForgetsInTheDark(TidStore):
    """Gives the memory nothing to keep."""

    def snapshot(self) -> tuple[int, ...]:
        """As many places as there are, all empty."""
        return (0,) * self.capacity


PARTS = dataclasses.replace(DEFAULT_PARTS, tid_store=ForgetsInTheDark)
