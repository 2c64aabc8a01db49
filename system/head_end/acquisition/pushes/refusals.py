"""Refused pushes, counted and reported: by address and title for the first kinds, the rest together.

Rubbish must not fill logs and database: what is the same is one event with its number, and events come at
intervals.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from system.head_end.acquisition.failures import Failure
from system.head_end.acquisition.settings import PushSettings
from system.head_end.store_port import EventRow
from system.head_end.vocabulary import Reason

#: The log that refusals are kept under.
REFUSED_LOG = "push-refused"
_SERIAL, _DETAIL = 40, 120


class PushRefusal(StrEnum):
    """Reason for which a push is not kept as a meter's."""

    UNKNOWN = "push-unknown"
    NO_KEY = "push-no-key"
    UNDECIPHERED = "push-undeciphered"
    UNPROVED = "push-unproved"
    REPLAYED = "push-replayed"
    OF_ANOTHER = "push-of-another"
    NOT_UNDERSTOOD = "push-not-understood"
    TOO_MUCH = "push-too-much"


#: Code in the log, what people are told, and whether somebody must look at it.
_KINDS: Mapping[PushRefusal, tuple[int, Reason, bool]] = {
    PushRefusal.UNKNOWN: (1, Reason.UNKNOWN_METER, False),
    PushRefusal.NO_KEY: (2, Reason.NO_KEY, False),
    PushRefusal.UNDECIPHERED: (3, Reason.WRONG_KEY, True),
    PushRefusal.UNPROVED: (4, Reason.ACCESS_REFUSED, False),
    PushRefusal.REPLAYED: (5, Reason.COUNTER_REFUSED, True),
    PushRefusal.OF_ANOTHER: (6, Reason.WRONG_SERIAL, True),
    PushRefusal.NOT_UNDERSTOOD: (7, Reason.NOT_UNDERSTOOD, False),
    PushRefusal.TOO_MUCH: (8, Reason.HOSTILE, True),
}


class PushRefused(Exception):
    """A push that is not kept as a meter's.

    Args:
        refusal: why.
        claimed: whom it says it is from; empty: nobody can tell.
        detail: technical, without content.
        answer: what its sender waits to hear all the same; None: nothing.
    """

    def __init__(
        self, refusal: PushRefusal, claimed: str = "", detail: str = "", answer: bytes | None = None
    ) -> None:
        super().__init__(detail or refusal.value)
        self.refusal, self.claimed, self.detail, self.answer = refusal, claimed, detail, answer


@dataclass(frozen=True, slots=True)
class _Kind:
    refusal: PushRefusal
    address: str = ""
    claimed: str = ""


class RefusedPushes:
    """Counts refusals until they are told.

    Args:
        settings: how often, and how many kinds.

    Attributes:
        counts: of all refusals so far, by kind.
    """

    __slots__ = ("_details", "_told_s", "_waiting", "counts", "settings")

    def __init__(self, settings: PushSettings) -> None:
        self.settings = settings
        self.counts: Counter[PushRefusal] = Counter()
        self._waiting: Counter[_Kind] = Counter()
        self._details: dict[_Kind, str] = {}
        self._told_s: float | None = None

    def add(self, address: str, refused: PushRefused) -> None:
        """One more."""
        self.counts[refused.refusal] += 1
        kind = _Kind(refused.refusal, address, _plain(refused.claimed)[:_SERIAL])
        if kind not in self._waiting and len(self._waiting) >= self.settings.told_kinds:
            kind = _Kind(refused.refusal)
        self._waiting[kind] += 1
        self._details[kind] = _plain(refused.detail)[:_DETAIL]

    def due(self, now_s: float, *, last: bool = False) -> bool:
        """True where refusals wait and it is time to report them; `last`: there is no later time."""
        rested = self._told_s is None or now_s - self._told_s >= self.settings.told_every_s
        return bool(self._waiting) and (rested or last)

    def take(self, now_s: float, at: datetime) -> tuple[list[EventRow], list[tuple[str, Failure]]]:
        """Refusals to report: events for the store, and failures (claimed name, reason) for people."""
        rows, failures = [], []
        for sequence, (kind, many) in enumerate(self._waiting.items()):
            code, reason, alarm = _KINDS[kind.refusal]
            detail = f"{many} × {kind.address or '…'}: {self._details[kind]}"
            rows.append(
                EventRow(
                    None, kind.claimed, REFUSED_LOG, code, kind.refusal.value, at, sequence, alarm, detail
                )
            )
            failures.append((kind.claimed, Failure(reason, detail)))
        self._waiting.clear()
        self._details.clear()
        self._told_s = now_s
        return rows, failures


def _plain(text: str) -> str:
    """Text of an unknown sender, harmless on a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
