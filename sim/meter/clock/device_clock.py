"""Device clock and local time.

The clock knows UTC, drifts, can be set, and runs on through power cuts (battery). The crystal is the
world's time stretched by the drift. Every change of drift or time starts a new straight line, so the clock
never jumps except when it is set. Local time is the deviation from UTC and, where it is enabled, daylight
saving.

>>> zone = LocalZone(300)
>>> zone.local(0).isoformat()
'1969-12-31T19:00:00'

Source: IEC 62056-6-2, Clock, attributes 3 to 8
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from protocols.dlms.datetimes import STATUS_DAYLIGHT_SAVING, CosemDateTime
from sim.meter.clock.date_patterns import DatePattern, TimePattern, next_moment
from sim.meter.units import S_PER_DAY, US_PER_S, to_microseconds

# ------------------------------------------------------------ device clock

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
        """Time shown, microseconds since 1970 UTC."""
        elapsed_us = to_microseconds(self._world_now_s()) - self._base_world_us
        gained_us = round(elapsed_us * self._drift_s_per_day / S_PER_DAY)
        return self._base_epoch_us + elapsed_us + gained_us

    @property
    def utc(self) -> datetime:
        """Time shown, as an instant in UTC."""
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
        """Instant of the world, microseconds, at which the clock will show `epoch_us` (never too early)."""
        shown_us = epoch_us - self._base_epoch_us
        rate = 1.0 + self._drift_s_per_day / S_PER_DAY
        return self._base_world_us + (shown_us if rate == 1.0 else int(shown_us / rate) + 1)

    def _rebase(self, epoch_us: int) -> None:
        self._base_world_us = to_microseconds(self._world_now_s())
        self._base_epoch_us = epoch_us


# ------------------------------------------------------------ local time

_EPOCH = datetime.fromisoformat("1970-01-01")  # naive on purpose: a wall clock has no zone
_MINUTE_US = 60 * US_PER_S
_US = timedelta(microseconds=1)
#: Bit 0 of the clock status: invalid value. Source: Blue Book, date_time, clock_status
STATUS_INVALID = 0x01
NEVER_OCTETS = CosemDateTime(None, None, None, status=0xFF).to_bytes()
#: Daylight saving may move the clock by this many minutes, either way.
LARGEST_SAVING_MINUTES = 120
#: From UTC-12 to UTC+14, and a little more than there is. Source: IEC 62056-6-2, Clock, time_zone
LARGEST_DEVIATION_MINUTES = 840


@dataclass(frozen=True, slots=True)
class ZoneTerms:
    """Settings of local time.

    Args:
        deviation_minutes: from local standard time to UTC, Bogotá +300.
        begin: twelve octets in hexadecimal, with wildcards: when the saving begins, in standard time.
        end: the same for its end, in saving time.
        saving_minutes: what is added to local time meanwhile, -120 to 120.
        enabled: False in Colombia.

    Raises:
        ValueError: more minutes than that, or octets that are no date-time.
    """

    deviation_minutes: int
    begin: str = NEVER_OCTETS.hex()
    end: str = NEVER_OCTETS.hex()
    saving_minutes: int = 60
    enabled: bool = False

    def __post_init__(self) -> None:
        if abs(self.saving_minutes) > LARGEST_SAVING_MINUTES:
            raise ValueError(f"daylight saving moves the clock by at most {LARGEST_SAVING_MINUTES} minutes")
        if abs(self.deviation_minutes) > LARGEST_DEVIATION_MINUTES:
            raise ValueError(f"local time is at most {LARGEST_DEVIATION_MINUTES} minutes from UTC")
        CosemDateTime.from_bytes(bytes.fromhex(self.begin))
        CosemDateTime.from_bytes(bytes.fromhex(self.end))


class LocalZone:
    """Local time: from instants to wall time and back.

    Args:
        deviation_minutes: from local standard time to UTC.
    """

    __slots__ = ("_terms", "time_lost")

    def __init__(self, deviation_minutes: int) -> None:
        self._terms = ZoneTerms(deviation_minutes)
        #: True from a stop of the clock until it is set: every time shown is marked invalid.
        self.time_lost = False

    @property
    def terms(self) -> ZoneTerms:
        """Settings in force."""
        return self._terms

    def change(self, **values: Any) -> None:
        """Set some of the terms.

        Raises:
            ValueError: a value that makes no sense.
        """
        self._terms = replace(self._terms, **values)

    def deviation_minutes(self, epoch_us: int) -> int:
        """Minutes from local time to UTC at that instant."""
        terms = self._terms
        if not terms.enabled:
            return terms.deviation_minutes
        return terms.deviation_minutes - (terms.saving_minutes if self.saving(epoch_us) else 0)

    def saving(self, epoch_us: int) -> bool:
        """True where daylight saving holds at that instant."""
        if not self._terms.enabled:
            return False
        edges = self._edges(epoch_us)
        return bool(edges) and max(edges)[1]

    def status(self, epoch_us: int) -> int:
        """The clock status octet: bit 7 says that daylight saving holds, bit 0 that the time was lost."""
        lost = STATUS_INVALID if self.time_lost else 0
        return lost | (STATUS_DAYLIGHT_SAVING if self.saving(epoch_us) else 0)

    def local(self, epoch_us: int) -> datetime:
        """Local wall time, naive."""
        return _EPOCH + timedelta(microseconds=epoch_us - self.deviation_minutes(epoch_us) * _MINUTE_US)

    def epoch_us(self, local: datetime) -> int:
        """The instant of a local wall time.

        Of an hour that comes twice it is the first; of one that is left out, the instant at which it would
        have come without the change.
        """
        standard_us = (local - _EPOCH) // _US + self._terms.deviation_minutes * _MINUTE_US
        saved_us = standard_us - self._terms.saving_minutes * _MINUTE_US
        return saved_us if self.saving(saved_us) else standard_us

    def octets(self, epoch_us: int | None) -> bytes:
        """The instant as twelve octets of local time; all "not specified" for never."""
        if epoch_us is None:
            return NEVER_OCTETS
        local = self.local(epoch_us)
        return (
            local.year.to_bytes(2, "big")
            + bytes((local.month, local.day, local.isoweekday(), local.hour, local.minute, local.second))
            + bytes((local.microsecond // 10_000,))
            + self.deviation_minutes(epoch_us).to_bytes(2, "big", signed=True)
            + bytes((self.status(epoch_us),))
        )

    def next_change_us(self, after_us: int) -> int | None:
        """Next begin or end of daylight saving after that instant, None where there is none."""
        edges = [edge_us for edge_us in self._next_edges(after_us) if edge_us is not None]
        return min(edges, default=None)

    def snapshot(self) -> dict[str, Any]:
        """Settings as plain data."""
        return asdict(self._terms) | ({"time_lost": True} if self.time_lost else {})

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        plain = dict(kept)
        self.time_lost = plain.pop("time_lost", False)
        self._terms = ZoneTerms(**plain)

    def _edges(self, epoch_us: int) -> Sequence[tuple[int, bool]]:
        """(instant, whether the saving holds from then on) of the last begin and the last end so far."""
        if not self._terms.enabled:
            return ()
        year_us = 400 * 86_400 * US_PER_S
        found: list[tuple[int, bool]] = []
        for begins in (True, False):
            edge_us, probe_us = None, epoch_us - year_us
            while (probe := self._next_edge(probe_us, begins=begins)) is not None and probe <= epoch_us:
                edge_us = probe_us = probe
            if edge_us is not None:
                found.append((edge_us, begins))
        return found

    def _next_edges(self, after_us: int) -> tuple[int | None, int | None]:
        if not self._terms.enabled:
            return None, None
        return self._next_edge(after_us, begins=True), self._next_edge(after_us, begins=False)

    def _next_edge(self, after_us: int, *, begins: bool) -> int | None:
        terms = self._terms
        raw = bytes.fromhex(terms.begin if begins else terms.end)
        if raw[2:5] == b"\xff\xff\xff":  # never, or every day: no such thing as a season
            return None
        saving = 0 if begins else terms.saving_minutes
        offset_us = (terms.deviation_minutes - saving) * _MINUTE_US
        pattern, hours = DatePattern.from_octets(raw[:5]), TimePattern.from_octets(raw[5:9])
        moment = next_moment(pattern, hours, _EPOCH + (after_us - offset_us) * _US)
        return None if moment is None else (moment - _EPOCH) // _US + offset_us
