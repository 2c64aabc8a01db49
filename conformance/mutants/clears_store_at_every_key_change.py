"""A meter that takes every key change for a rollover: used tokens of the same base date are new to it."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import PendingKeyChange
from protocols.sts.acceptance.key_change_set import CompleteSet
from sim.meter import DEFAULT_PARTS

CLAUSE = "iec62055-41/8.9"
DESCRIPTION = Text("vacía el almacén de TID con RO = 0", "empties its TID store at RO = 0")


class AlwaysRollover(PendingKeyChange):
    """Reads every set as if RO were 1."""

    __slots__ = ()

    def take_complete(self, key_bytes: int) -> CompleteSet | None:
        """The set, with a rollover."""
        complete = super().take_complete(key_bytes)
        if complete is None:
            return None
        return dataclasses.replace(complete, first=dataclasses.replace(complete.first, rollover=True))


PARTS = dataclasses.replace(DEFAULT_PARTS, key_change=AlwaysRollover)
