"""Collecting the sections of a key change, in any order, until the set is complete.

Sections name no set. What can be told: a section that comes again with other content, or a third token beside
a first one that announces none, belongs to another set. The old collection is then dropped and the new
section starts a fresh one, so that a key is never put together from sections that are *known* to differ in
origin. Two sets of which only complementary sections are entered cannot be told apart by any meter; the
time-out bounds that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from protocols.sts.token.layout import READERS
from protocols.sts.token.sections import (
    KeySection,
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    Set4thSectionDecoderKey,
)

KEY_CHANGE_TIMEOUT_S = 600.0
"""A partial set is dropped after this time without a further section; about 10 min in one manual [1]."""

FIRST, SECOND, THIRD, FOURTH = 3, 4, 8, 9
"""Subclasses of the sections."""

WIDE_KEY_BYTES = 16
"""Length of a key that takes four sections."""


@dataclass(frozen=True, slots=True)
class CompleteSet:
    """A whole set of sections: the two that every set has, and all of them by subclass."""

    first: Set1stSectionDecoderKey
    second: Set2ndSectionDecoderKey
    sections: Mapping[int, KeySection]

    @property
    def sgc(self) -> int | None:
        """The new supply group code, from a third token or from both halves; None when the set has none."""
        third, fourth = self.sections.get(THIRD), self.sections.get(FOURTH)
        if isinstance(third, Set3rdSectionSupplyGroupCode):
            return third.sgc
        if isinstance(third, Set3rdSectionDecoderKey) and isinstance(fourth, Set4thSectionDecoderKey):
            return fourth.sgc_part << 12 | third.sgc_part
        return None


class PendingKeyChange:
    """The sections entered so far.

    Args:
        timeout_s: device time after the last section when a partial set is dropped.
    """

    __slots__ = ("_last_s", "_sections", "timeout_s")

    def __init__(self, timeout_s: float = KEY_CHANGE_TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self._sections: dict[int, KeySection] = {}
        self._last_s = 0.0

    @property
    def sections(self) -> Mapping[int, KeySection]:
        """The collected sections by subclass."""
        return self._sections

    def add(self, section: KeySection, now_s: float) -> None:
        """Take a section; drop what is too old, or what it proves to be of another set.

        Args:
            section: an authentic section.
            now_s: device time. Time that went backwards counts as too old.
        """
        if not 0 <= now_s - self._last_s <= self.timeout_s:
            self._sections.clear()
        if self.contradicts(section):
            self._sections.clear()
        self._sections[section.token_subclass] = section
        self._last_s = now_s

    def take_complete(self, key_bytes: int) -> CompleteSet | None:
        """Return the sections and forget them if they are a whole set for a key of this length, else None."""
        first, second = self._sections.get(FIRST), self._sections.get(SECOND)
        if not (isinstance(first, Set1stSectionDecoderKey) and isinstance(second, Set2ndSectionDecoderKey)):
            return None
        further = {THIRD, FOURTH} if key_bytes == WIDE_KEY_BYTES else {THIRD} if first.three_kct else set()
        if not further <= self._sections.keys():
            return None
        complete = CompleteSet(first, second, dict(self._sections))
        self._sections.clear()
        return complete

    def clear(self) -> None:
        """Forget every section."""
        self._sections.clear()

    def snapshot(self) -> dict[str, Any]:
        """Return plain data for keeping. It holds parts of a key."""
        return {
            "sections": {str(n): f"{section.content44():011x}" for n, section in self._sections.items()},
            "last_s": self._last_s,
        }

    def restore(self, data: Mapping[str, Any], key_bytes: int) -> None:
        """Take back what `snapshot` gave, for a key of this length."""
        self._sections.clear()
        for subclass, content in data["sections"].items():
            token = READERS[key_bytes][2, int(subclass)](int(subclass), int(content, 16))
            if isinstance(token, KeySection):
                self._sections[int(subclass)] = token
        self._last_s = data["last_s"]

    def contradicts(self, section: KeySection) -> bool:
        """Tell whether `section` proves that the collection belongs to another set."""
        known = self._sections.get(section.token_subclass)
        if known is not None and known != section:
            return True
        together = {**self._sections, section.token_subclass: section}
        first, third = together.get(FIRST), together.get(THIRD)
        announced = not isinstance(first, Set1stSectionDecoderKey) or first.three_kct
        return isinstance(third, Set3rdSectionSupplyGroupCode) and not announced
