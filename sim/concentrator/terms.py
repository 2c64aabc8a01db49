"""Terms of a concentrator: what a scenario's ``[[concentrators]]`` table may say, with our defaults.

Values named after a parameter of STG-DC report S12 have its default.

Source: plc.md 4.2 (S12 defaults); regulation.md 5.1 (line loss)
"""

import math
from dataclasses import dataclass, field
from enum import StrEnum

from protocols.dlms.session.clock import ClockLimits
from sim.concentrator.errors import TermsError

DAY_S = 86_400
#: Colombia: minutes from local time to UTC
DEVIATION_MINUTES = 300


def check(condition: bool, sentence: str) -> None:
    """Raise `TermsError` with `sentence` unless `condition`."""
    if not condition:
        raise TermsError(sentence)


@dataclass(frozen=True, slots=True)
class WireTerms:
    """Southbound wire of a concentrator.

    Args:
        first_sap: northbound server address of the first meter, 16 to 65535 (below is reserved).
        response_timeout_s: s of patience for one answer, above 0.
        retries: how often a read is asked again, 0 to 10.
        identify_retries: how often a newcomer is asked who it is before it is left alone, 0 to 100.
        identify_pause_s: s between two such questions.
        identify_again_s: s after which a meter that comes back after a silence is asked again who it is.
        rows_per_read: rows of a profile that one request asks for, 1 or more.
        claim_s: s for which a client that passes through keeps its association from others.
        disconnected_s: s of silence after which a meter's values are stale (S12 TimeDisconMeter 86 400).
    """

    first_sap: int = 16
    response_timeout_s: float = 30.0
    retries: int = 2
    identify_retries: int = 6
    identify_pause_s: float = 60.0
    identify_again_s: float = 21_600.0
    rows_per_read: int = 96
    claim_s: float = 120.0
    disconnected_s: float = 86_400.0

    def __post_init__(self) -> None:
        check(16 <= self.first_sap <= 0xFFFF, "first_sap must be 16 to 65535")
        check(self.response_timeout_s > 0, "response_timeout_s must be above 0")
        check(self.rows_per_read >= 1, "rows_per_read must be 1 or more")
        check(0 <= self.retries <= 10, "retries must be 0 to 10")
        check(0 <= self.identify_retries <= 100, "identify_retries must be 0 to 100")
        check(
            min(self.identify_pause_s, self.identify_again_s, self.claim_s, self.disconnected_s) >= 0,
            "times are 0 or more",
        )


class Eviction(StrEnum):
    """Policy of a full storage.

    The oldest rows go, which are those delivered, if any are; or what is new stays in the meters for now.
    """

    OLDEST = "oldest"
    REFUSE_NEW = "refuse-new"


@dataclass(frozen=True, slots=True)
class StorageTerms:
    """Capacity of the storage, and what goes first.

    Args:
        meters: for how many meters, 1 or more.
        days: for how many days, 1 or more (one maker's public figure is 62 daily freezes [E]).
        period_s: of the profile that it is reckoned with (A-25: 900).
        eviction: what goes when it is full.
        events: how many events are kept, 10 or more.
    """

    meters: int = 400
    days: int = 40
    period_s: int = 900
    eviction: Eviction = Eviction.OLDEST
    events: int = 5_000

    def __post_init__(self) -> None:
        check(min(self.meters, self.days, self.period_s) >= 1, "meters, days and period_s must be 1 or more")
        check(self.events >= 10, "events must be 10 or more")
        known = [str(item) for item in Eviction]
        check(self.eviction in known, f"eviction must be one of {', '.join(known)}")
        object.__setattr__(self, "eviction", Eviction(self.eviction))

    @property
    def rows(self) -> int:
        """Number of rows that there is room for."""
        return self.meters * self.days * math.ceil(DAY_S / self.period_s)


@dataclass(frozen=True, slots=True)
class ClockTerms:
    """Its clock, and how it keeps the meters' clocks.

    Args:
        drift_s_per_day: s that its clock gains a day.
        sync_every_s: s between two synchronisations with the uplink while that is there.
        uncertainty_s: half the width of the error of one synchronisation, s.
        max_deviation_s: a deviation above it is told as an event (S12 NTPMaxDeviation 30).
        meters_every_s: s between two looks at a meter's clock; 0: never.
        meter_tolerance_s: a meter's clock within it is left alone (S12 TimeDev 30: ours is narrower).
        meter_slew_s: within it a meter's clock is shifted (class 8, shift_time); beyond it, it is set.
        meter_step_s: beyond it a meter's clock is only told, never set (S12 TimeDevOver 3600).
        deviation_minutes: minutes from local time to UTC.
    """

    drift_s_per_day: float = 0.5
    sync_every_s: float = 3_600.0
    uncertainty_s: float = 0.05
    max_deviation_s: float = 30.0
    meters_every_s: float = 86_400.0
    meter_tolerance_s: float = 5.0
    meter_slew_s: float = 60.0
    meter_step_s: float = 3_600.0
    deviation_minutes: int = DEVIATION_MINUTES

    def __post_init__(self) -> None:
        check(abs(self.drift_s_per_day) <= 100, "drift_s_per_day must be -100 to 100")
        check(self.sync_every_s > 0, "sync_every_s must be above 0")
        check(self.meters_every_s >= 0, "meters_every_s must be 0 or more")
        check(
            0 < self.meter_tolerance_s <= self.meter_slew_s <= self.meter_step_s,
            "meter_tolerance_s, meter_slew_s and meter_step_s must grow in this order",
        )

    @property
    def meter_limits(self) -> ClockLimits:
        """Limits of the correction of a meter's clock."""
        return ClockLimits(self.meter_tolerance_s, self.meter_slew_s, self.meter_step_s)


class Uplink(StrEnum):
    """The ways to the head-end."""

    LAN = "lan"
    CELLULAR = "4g"


@dataclass(frozen=True, slots=True)
class UplinkTerms:
    """The ways to the head-end, and who may come by them.

    Args:
        order: the preferred one first.
        fail_over_s: s of a dead link before the other one is taken.
        back_after_s: s for which the preferred link must be up before it is taken again.
        secret: shared with the head-end; never shown. Empty: nobody is let in.
        push_retry_s: s between two tries to deliver a push.
    """

    order: tuple[Uplink, ...] = (Uplink.LAN, Uplink.CELLULAR)
    fail_over_s: float = 10.0
    back_after_s: float = 120.0
    secret: str = field(default="", repr=False)
    push_retry_s: float = 60.0

    def __post_init__(self) -> None:
        known = [str(item) for item in Uplink]
        check(
            bool(self.order) and set(self.order) <= set(known) and len(set(self.order)) == len(self.order),
            f"order must name each of {', '.join(known)} at most once",
        )
        object.__setattr__(self, "order", tuple(Uplink(item) for item in self.order))
        check(min(self.fail_over_s, self.back_after_s, self.push_retry_s) >= 0, "times are 0 or more")


@dataclass(frozen=True, slots=True)
class BalanceTerms:
    """The balance of the totaliser against the sum of its meters.

    Args:
        period_s: of the profiles compared.
        warning_percent: a loss above it, over a day, is a warning.
        alarm_percent: a loss above it on `alarm_days` of `window_days` is an alarm.
        negative_percent: a loss below it, over a day, means wrong wiring or assignment.
        alarm_days: see alarm_percent.
        window_days: see alarm_percent.
        technical_percent: assumed technical loss, share of the totaliser's energy.
        coverage_percent: a day with fewer values is not judged.

    Source: regulation.md 5.1
    """

    period_s: int = 900
    warning_percent: float = 5.0
    alarm_percent: float = 10.0
    negative_percent: float = -2.0
    alarm_days: int = 3
    window_days: int = 7
    technical_percent: float = 0.0
    coverage_percent: float = 80.0

    def __post_init__(self) -> None:
        check(self.period_s > 0, "period_s must be above 0")
        check(
            self.negative_percent < 0 <= self.warning_percent <= self.alarm_percent,
            "negative_percent, warning_percent and alarm_percent must grow in this order around 0",
        )
        check(1 <= self.alarm_days <= self.window_days, "alarm_days must be 1 to window_days")


@dataclass(frozen=True, slots=True)
class PowerTerms:
    """Its supply.

    Args:
        hold_up_s: s that the capacitor feeds processor and modem after the mains failed.
        boot_s: s from the mains' return to the first message.
    """

    hold_up_s: float = 1.5
    boot_s: float = 5.0

    def __post_init__(self) -> None:
        check(min(self.hold_up_s, self.boot_s) >= 0, "hold_up_s and boot_s must be 0 or more")
