"""How a collector works: how much at once, how patiently, and how far a clock may be off."""

from dataclasses import dataclass, field

from system.head_end.acquisition.limits import Limits


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """What is done about a meter's clock, by how far it is off.

    Args:
        tolerance_s: up to this nothing is done.
        shift_s: up to this it is shifted, which makes no interval longer or shorter than the shift.
        set_s: up to this it is set; beyond, people are told and nothing is done.

    Source: requirements A-09, F7-06 (half a second a day); the limits themselves are ours [M]
    """

    tolerance_s: float = 5.0
    shift_s: float = 60.0
    set_s: float = 1_800.0


@dataclass(frozen=True, slots=True)
class CollectorTerms:
    """How a collector works.

    Args:
        sessions_max: sessions with meters at once, over all channels.
        visits_max: channels visited at once; 0: as many as sessions.
        idle_s: pause before asking again for work where there was none.
        renew_every_s: how often leases are renewed; well below the time they last.
        grace_s: what work under way is given to end by itself when the collector stops.
        response_timeout_s: device time to wait for a meter's answer; a meter behind a slow wire needs long.
        retries: how often a read that got no answer is asked again; nothing else ever is.
        uplink_timeout_s: device time to wait for an answer of a concentrator.
        deviation_minutes: minutes from local time to UTC where a meter does not say it: Bogotá.
        rows_per_request: rows of a profile that are asked for at once.
        shape_age_s: after so long scalers and units are read again even where nothing seems to have changed.
        pulls_max: pages of rows that one visit takes from a concentrator.
        clocks: what is done about clocks.
        limits: what a device may cost.
    """

    sessions_max: int = 50
    visits_max: int = 0
    idle_s: float = 5.0
    renew_every_s: float = 20.0
    grace_s: float = 10.0
    response_timeout_s: float = 30.0
    retries: int = 1
    uplink_timeout_s: float = 30.0
    deviation_minutes: int = 300
    rows_per_request: int = 480
    shape_age_s: float = 86_400.0
    pulls_max: int = 500
    clocks: ClockLimits = field(default_factory=ClockLimits)
    limits: Limits = field(default_factory=Limits)

    @property
    def visits(self) -> int:
        """Channels visited at once."""
        return self.visits_max or self.sessions_max
