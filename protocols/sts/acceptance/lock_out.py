"""Lock-out: after several wrong entries a meter takes no further token for a while, longer each time.

Not in the standard; a profile that some makers have [1]: after 3 wrong entries 10 s, doubling to at most
1280 s, tokens of class 1 still accepted. It is a part of its own, off unless a meter is built with it, and
keeps no clock: it is told the device time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from protocols.sts.acceptance.results import AuthenticationResult, Outcome, TokenResult
from protocols.sts.errors import StsValueError, TokenFormatError
from protocols.sts.token.carrier import extract_class, from_digits

NOT_LOCKED_CLASSES = frozenset({1})
"""Classes that are taken even while the meter is locked: tests and displays."""


@dataclass(frozen=True, slots=True)
class LockOutTerms:
    """When and how long a meter locks.

    Args:
        wrong_entries: how many wrong entries in a row lock it, 1 or more.
        first_s: how long the first lock lasts, device seconds.
        longest_s: where the doubling ends.

    Raises:
        StsValueError: a number that makes no sense.
    """

    wrong_entries: int = 3
    first_s: float = 10.0
    longest_s: float = 1280.0

    def __post_init__(self) -> None:
        if self.wrong_entries < 1 or not 0 < self.first_s <= self.longest_s:
            raise StsValueError("a lock-out needs wrong_entries >= 1 and 0 < first_s <= longest_s")


def counts_as_wrong(outcome: Outcome) -> bool:
    """Tell whether an entry looks like guessing: malformed digits, or digits that are not authentic."""
    return outcome.authentication is not AuthenticationResult.AUTHENTIC


class LockOut:
    """Counts wrong entries and says when the next token may come.

    The first lock comes after `wrong_entries` in a row; while none is right, each further wrong entry locks
    again, twice as long. A token that is authentic ends the series, whatever then became of it.

    Args:
        terms: when and how long.
    """

    __slots__ = ("_locked_until_s", "_wrong", "terms")

    def __init__(self, terms: LockOutTerms | None = None) -> None:
        self.terms = terms or LockOutTerms()
        self._wrong = 0
        self._locked_until_s = 0.0

    def remaining_s(self, now_s: float) -> float:
        """Return how long the meter stays locked, 0 when it is not."""
        return max(0.0, self._locked_until_s - now_s)

    def admits(self, digits: str, now_s: float) -> bool:
        """Tell whether these digits may be tried now; looks at their class only."""
        if not self.remaining_s(now_s):
            return True
        try:
            token_class, _ = extract_class(from_digits(digits))
        except TokenFormatError:
            return False
        return token_class in NOT_LOCKED_CLASSES

    def note(self, outcome: Outcome, now_s: float) -> None:
        """Take in what became of an entry that was tried."""
        if not counts_as_wrong(outcome):
            # A class 1 token needs no key, so an accepted one proves nothing about who stands there.
            if outcome.token is None or outcome.token.token_class not in NOT_LOCKED_CLASSES:
                self._wrong = 0
            return
        self._wrong += 1
        over = self._wrong - self.terms.wrong_entries
        if over >= 0:
            lock_s = min(self.terms.first_s * 2.0 ** min(over, 60), self.terms.longest_s)
            self._locked_until_s = now_s + lock_s

    def snapshot(self, now_s: float) -> dict[str, Any]:
        """Return plain data for keeping: a power cut must not end a lock."""
        return {"wrong": self._wrong, "remaining_s": self.remaining_s(now_s)}

    def restore(self, data: Mapping[str, Any], now_s: float) -> None:
        """Take back what `snapshot` gave; the time without power does not count."""
        self._wrong = data["wrong"]
        self._locked_until_s = now_s + data["remaining_s"]


LOCKED_OUT = Outcome(result=TokenResult.LOCK_OUT)
"""The answer while the meter is locked."""
