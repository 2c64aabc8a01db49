"""An EA07 meter that takes two sections for a whole set, though the first announces a third."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import PendingKeyChange
from protocols.sts.acceptance.key_change_set import FIRST, CompleteSet
from protocols.sts.token import Set1stSectionDecoderKey
from sim.meter import DEFAULT_PARTS

CLAUSE = "iec62055-41/8.9"
DESCRIPTION = Text("cambia de clave con un juego incompleto", "changes its key on a partial set")
PROFILE = "ppkw07"


class Hasty(PendingKeyChange):
    """Does not wait for the supply group code."""

    __slots__ = ()

    def take_complete(self, key_bytes: int) -> CompleteSet | None:
        """The set, as if no third section were due."""
        first = self._sections.get(FIRST)
        if isinstance(first, Set1stSectionDecoderKey):
            self._sections[FIRST] = dataclasses.replace(first, three_kct=False)
        return super().take_complete(key_bytes)


PARTS = dataclasses.replace(DEFAULT_PARTS, key_change=Hasty)
