"""Refusals that are worth a line in the journal, and how many of them a client may write there.

A client that is refused again and again, by mistake or on purpose, must not fill the disk: after `BURST`
lines in a minute its refusals are only counted, and the next line says how many were left out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

AUDITED = frozenset({"not-permitted", "approval-needed", "limit-exceeded", "clock"})
"""Codes of refusals that are journalled: someone tried what they may not."""

BURST = 10
"""Lines that one client may cause in one `WINDOW`."""

WINDOW = timedelta(minutes=1)


@dataclass(slots=True)
class _Count:
    since: datetime
    lines: int = 0
    left_out: int = 0


class RefusalLog:
    """Decides which refusals are journalled. It forgets with the process: a restart begins a new minute."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    def admit(self, client: str, now: datetime) -> int | None:
        """Take note of one refusal of a client.

        Returns:
            None when it shall not be journalled, else how many were left out before it.
        """
        count = self._counts.setdefault(client, _Count(now))
        # A clock that was set back begins a new minute, too.
        if not timedelta(0) <= now - count.since < WINDOW:
            count.since, count.lines = now, 0
        if count.lines >= BURST:
            count.left_out += 1
            return None
        count.lines += 1
        left_out, count.left_out = count.left_out, 0
        return left_out
