"""A meter that keeps the latest section of each kind, and makes a key of whatever it has."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import PendingKeyChange
from protocols.sts.token import KeySection
from sim.meter import DEFAULT_PARTS

CLAUSE = "iec62055-41/8.9"
DESCRIPTION = Text("une secciones de dos juegos", "joins sections of two sets")


class Hybrid(PendingKeyChange):
    """Sees no contradiction between sections."""

    __slots__ = ()

    def contradicts(self, section: KeySection) -> bool:
        """Never."""
        return False


PARTS = dataclasses.replace(DEFAULT_PARTS, key_change=Hybrid)
