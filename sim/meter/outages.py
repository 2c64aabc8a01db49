"""Interruptions that the meter lived through dead: how many, how long, which were long.

The clock runs on its battery, so the duration of an interruption is known when the power is back.

Source: IEC 62056-6-1, 0.0.96.7: power failures
"""

from dataclasses import asdict, dataclass
from typing import Any

from sim.meter.units import US_PER_S

#: Of three minutes and more [S, EN 50160]; a parameter (0.0.96.7.20).
LONG_S = 180


@dataclass(slots=True)
class Outages:
    """What is known of them.

    Args:
        count: how many there were.
        long_count: how many of them were long.
        long_s: from how many seconds on they are.
        last_s: duration of the last one, s.
        last_long_s: duration of the last long one, s.
        total_s: of all of them, s.
        began_us: when the last one began, microseconds since 1970, None for never.
        running: one has begun and not ended; where the power went without a warning, nobody noted when.
    """

    count: int = 0
    long_count: int = 0
    long_s: int = LONG_S
    last_s: int = 0
    last_long_s: int = 0
    total_s: int = 0
    began_us: int | None = None
    running: bool = False

    def begin(self, epoch_us: int) -> None:
        """The power goes."""
        self.count += 1
        self.began_us = epoch_us
        self.running = True

    def end(self, epoch_us: int) -> bool:
        """The power is back; whether that interruption was a long one."""
        if self.began_us is None or not self.running:
            return False
        self.running = False
        duration_s = max(0, epoch_us - self.began_us) // US_PER_S
        self.last_s = duration_s
        self.total_s += duration_s
        if duration_s < self.long_s:
            return False
        self.long_count += 1
        self.last_long_s = duration_s
        return True

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        for name, value in kept.items():
            setattr(self, name, value)
