"""A meter with a lock-out that every lock lasts as long as the first."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import LockOut, LockOutTerms
from sim.meter import DEFAULT_PARTS

CLAUSE = "iec62055-41/8.2"
DESCRIPTION = Text("el bloqueo no se alarga", "the lock-out does not grow")
PROFILE = "ppkw-lockout"


def _constant(terms: LockOutTerms) -> LockOut:
    return LockOut(dataclasses.replace(terms, longest_s=terms.first_s))


PARTS = dataclasses.replace(DEFAULT_PARTS, lock_out=_constant)
