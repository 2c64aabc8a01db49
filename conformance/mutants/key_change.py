"""Mutants of the key change (IEC 62055-41, 8.9)."""

import dataclasses
from math import inf

from conformance.mutants._parts import part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.sts.acceptance import PendingKeyChange, TokenAcceptance, TokenResult
from protocols.sts.acceptance.key_register import FIRST, CompleteSet
from protocols.sts.identity import KeyType
from protocols.sts.token import KeySection, Set1stSectionDecoderKey
from sim.meter.parts import AcceptanceParts


@mutant(
    "commits-partial-set",
    "iec62055-41/8.9",
    Message("changes its key on a partial set"),
    part("key_change"),
    profile="ppkw07",
)
class CommitsPartialSet(PendingKeyChange):
    """An EA07 meter that takes two sections for a whole set, though the first announces a third."""

    __slots__ = ()

    def take_complete(self, key_bytes: int) -> CompleteSet | None:
        """The set, as if no third section were due."""
        first = self._sections.get(FIRST)
        if isinstance(first, Set1stSectionDecoderKey):
            self._sections[FIRST] = dataclasses.replace(first, three_kct=False)
        return super().take_complete(key_bytes)


@mutant(
    "joins-key-sections-of-two-sets",
    "iec62055-41/8.9",
    Message("joins sections of two sets"),
    part("key_change"),
)
class JoinsKeySectionsOfTwoSets(PendingKeyChange):
    """A meter that keeps the latest section of each kind, and makes a key of whatever it has."""

    __slots__ = ()

    def contradicts(self, section: KeySection) -> bool:
        """Never."""
        return False


@mutant(
    "never-forgets-partial-set",
    "iec62055-41/8.9",
    Message("never forgets a partial set"),
    part("key_change"),
)
def never_forgets_partial_set() -> PendingKeyChange:
    """A meter that waits for the rest of a key change for ever."""
    return PendingKeyChange(timeout_s=inf)


class AnyKeyType(TokenAcceptance):
    """Token acceptance to which the present key is always an initial one."""

    __slots__ = ()

    def _take_section(self, section: KeySection, now_s: float) -> TokenResult:
        present = self.register
        self.register = dataclasses.replace(present, key_type=KeyType.DITK)
        result = super()._take_section(section, now_s)
        if result is not TokenResult.ACCEPT:
            self.register = present
        return result


@mutant(
    "ignores-key-types",
    "iec62055-41/8.9",
    Message("ignores which key type follows which"),
    part("token_acceptance"),
)
def ignores_key_types(parts: AcceptanceParts) -> TokenAcceptance:
    """A meter in which every key type may follow every other: from a unique key back to an initial one."""
    return AnyKeyType(
        parts.register,
        tid_store=parts.tid_store,
        rules=parts.rules,
        pending=parts.key_change,
        lock_out=parts.lock_out,
    )


@mutant(
    "ignores-rollover",
    "iec62055-41/8.9",
    Message("does not empty its TID store at RO = 1"),
    part("key_change"),
)
class IgnoresRollover(PendingKeyChange):
    """A meter that ignores the RO bit: after a change of base date new TIDs are old to it, in the end."""

    __slots__ = ()

    def take_complete(self, key_bytes: int) -> CompleteSet | None:
        """The set, without its rollover."""
        complete = super().take_complete(key_bytes)
        if complete is None:
            return None
        return dataclasses.replace(complete, first=dataclasses.replace(complete.first, rollover=False))


@mutant(
    "clears-store-at-every-key-change",
    "iec62055-41/8.9",
    Message("empties its TID store at RO = 0"),
    part("key_change"),
)
class ClearsStoreAtEveryKeyChange(PendingKeyChange):
    """A meter that takes every key change for a rollover: used tokens of the same base date are new to it."""

    __slots__ = ()

    def take_complete(self, key_bytes: int) -> CompleteSet | None:
        """The set, with a rollover."""
        complete = super().take_complete(key_bytes)
        if complete is None:
            return None
        return dataclasses.replace(complete, first=dataclasses.replace(complete.first, rollover=True))
