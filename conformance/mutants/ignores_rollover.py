"""A meter that does not see the RO bit: after a change of base date new TIDs are old to it, in the end."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import PendingKeyChange
from protocols.sts.acceptance.key_change_set import CompleteSet
from sim.meter import DEFAULT_PARTS

CLAUSE = "iec62055-41/8.9"
DESCRIPTION = Text("no vacía el almacén de TID con RO = 1", "does not empty its TID store at RO = 1")


class NoRollover(PendingKeyChange):
    """Reads every set as if RO were 0."""

    __slots__ = ()

    def take_complete(self, key_bytes: int) -> CompleteSet | None:
        """The set, without its rollover."""
        complete = super().take_complete(key_bytes)
        if complete is None:
            return None
        return dataclasses.replace(complete, first=dataclasses.replace(complete.first, rollover=False))


PARTS = dataclasses.replace(DEFAULT_PARTS, key_change=NoRollover)
