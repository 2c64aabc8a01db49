"""The meter's own clock: it knows UTC, drifts, can be set, and runs on through power cuts (battery).

The crystal is the world's time stretched by the drift. Every change of drift or time starts a new straight
line, so the clock never jumps except when it is set.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sim.meter.units import S_PER_DAY, US_PER_S, to_microseconds

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BOGOTA_DEVIATION_MINUTES = 300  # COSEM counts minutes from local time to UTC


def to_epoch_us(instant: datetime) -> int:
    """An aware instant as microseconds since 1970, exactly."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def from_epoch_us(epoch_us: int) -> datetime:
    """The instant, in UTC, of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=epoch_us)


class DeviceClock:
    """The clock of one meter.

    Args:
        world_now_s: the world's time in seconds.
        start: the true instant now, aware.
        drift_s_per_day: seconds that the clock gains each day; negative loses.
    """

    __slots__ = ("_base_epoch_us", "_base_world_us", "_drift_s_per_day", "_world_now_s")

    def __init__(
        self, world_now_s: Callable[[], float], start: datetime, *, drift_s_per_day: float = 0.0
    ) -> None:
        self._world_now_s = world_now_s
        self._base_world_us = to_microseconds(world_now_s())
        self._base_epoch_us = to_epoch_us(start)
        self._drift_s_per_day = drift_s_per_day

    @property
    def epoch_us(self) -> int:
        """What the clock shows, microseconds since 1970 UTC."""
        elapsed_us = to_microseconds(self._world_now_s()) - self._base_world_us
        gained_us = round(elapsed_us * self._drift_s_per_day / S_PER_DAY)
        return self._base_epoch_us + elapsed_us + gained_us

    @property
    def utc(self) -> datetime:
        """What the clock shows, as an instant in UTC."""
        return from_epoch_us(self.epoch_us)

    @property
    def drift_s_per_day(self) -> float:
        """Seconds that the clock gains each day."""
        return self._drift_s_per_day

    def set_drift(self, drift_s_per_day: float) -> None:
        """Run faster or slower from now on; the time shown does not jump."""
        self._rebase(self.epoch_us)
        self._drift_s_per_day = drift_s_per_day

    def set_utc(self, instant: datetime) -> None:
        """Show `instant` (aware) from now on."""
        self._rebase(to_epoch_us(instant))

    def set_epoch_us(self, epoch_us: int) -> None:
        """Show that instant, microseconds since 1970, from now on."""
        self._rebase(epoch_us)

    def shift(self, seconds: int) -> None:
        """Move the time by whole seconds."""
        self._rebase(self.epoch_us + seconds * US_PER_S)

    def adjust_to(self, period_s: int) -> None:
        """Move to the nearest multiple of `period_s` (60: minute, 900: quarter of an hour)."""
        period_us = period_s * US_PER_S
        self._rebase((self.epoch_us + period_us // 2) // period_us * period_us)

    def next_multiple_us(self, period_s: int) -> int:
        """The first multiple of `period_s` after the time shown, microseconds since 1970."""
        period_us = period_s * US_PER_S
        return (self.epoch_us // period_us + 1) * period_us

    def world_us_at(self, epoch_us: int) -> int:
        """When, in the world's microseconds, the clock will show `epoch_us` (never too early)."""
        shown_us = epoch_us - self._base_epoch_us
        rate = 1.0 + self._drift_s_per_day / S_PER_DAY
        return self._base_world_us + (shown_us if rate == 1.0 else int(shown_us / rate) + 1)

    def _rebase(self, epoch_us: int) -> None:
        self._base_world_us = to_microseconds(self._world_now_s())
        self._base_epoch_us = epoch_us
