"""A meter whose TID store has a single place: after a later token, an earlier new one is too old for it."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import TidStore
from sim.meter import DEFAULT_PARTS

CLAUSE = "iec62055-41/7.3.7"
DESCRIPTION = Text("recuerda un solo código", "remembers one token only")


def _one_place(_capacity: int) -> TidStore:
    return TidStore(1)


PARTS = dataclasses.replace(DEFAULT_PARTS, tid_store=_one_place)
