"""A meter that waits for the rest of a key change for ever."""

import dataclasses
from math import inf

from conformance.text import Text
from protocols.sts.acceptance import PendingKeyChange
from sim.meter import DEFAULT_PARTS

CLAUSE = "iec62055-41/8.9"
DESCRIPTION = Text("no olvida un juego incompleto", "never forgets a partial set")


def _patient() -> PendingKeyChange:
    return PendingKeyChange(timeout_s=inf)


PARTS = dataclasses.replace(DEFAULT_PARTS, key_change=_patient)
