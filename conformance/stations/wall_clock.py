"""Wall clock, for devices that live in its time: small because it alone may read the calendar."""

import time
from datetime import UTC, datetime


class WallClock:
    """The time of real hardware."""

    def now_s(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def utc(self) -> str:
        """Now, ISO 8601."""
        return utc_now()

    def wait(self, seconds: float) -> None:
        """Really wait."""
        time.sleep(max(0.0, seconds))  # noqa: TID251 - this is a clock


def utc_now() -> str:
    """The calendar, to the second, for the stamps of a run and the clock of real hardware."""
    return datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 - this is a clock


def monotonic_s() -> float:
    """Seconds of the wall, for the duration of a run."""
    return time.monotonic()
