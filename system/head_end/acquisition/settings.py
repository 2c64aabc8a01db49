"""Settings of the collector and of the push listener: how much at once, how patiently, how often."""

from dataclasses import dataclass, field

from protocols.dlms.session.clock import ClockLimits
from system.head_end.acquisition.session_limits import SessionLimits


@dataclass(frozen=True, slots=True)
class CollectorSettings:
    """Settings of a collector.

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
    limits: SessionLimits = field(default_factory=SessionLimits)

    @property
    def visits(self) -> int:
        """Channels visited at once."""
        return self.visits_max or self.sessions_max


@dataclass(frozen=True, slots=True)
class PushSettings:
    """Bounds of listening.

    Args:
        connections_max: open at once, over all addresses.
        connections_of_one: of them, from one address; a concentrator's meters share one.
        octets_max: that one connection may bring.
        apdu_octets_max: of one notification, joined from blocks.
        faults_max: frames of one connection that are none, before it is hung up on.
        idle_s, connection_s: a connection may be silent, and last.
        rate_per_s, burst: notifications of one address, on the long run and at once.
        addresses_max: addresses that are remembered.
        told_every_s: refusals are told at once, and again after so long, with how many there were.
        told_kinds: kinds of refusals apart by address and title; the rest is told together.
        visit_every_s: a proven alarm lets its meter be visited at once, and again after so long.
        hint_every_s: likewise for what proves nothing.
        clock_off_max_s: a clock that is further off than this dates nothing.
        deviation_minutes: minutes from local time to UTC where a meter does not say it: Bogota.
    """

    connections_max: int = 1_024
    connections_of_one: int = 128
    octets_max: int = 262_144
    apdu_octets_max: int = 16_384
    faults_max: int = 8
    idle_s: float = 60.0
    connection_s: float = 900.0
    rate_per_s: float = 20.0
    burst: int = 200
    addresses_max: int = 4_096
    told_every_s: float = 300.0
    told_kinds: int = 32
    visit_every_s: float = 60.0
    hint_every_s: float = 900.0
    clock_off_max_s: float = 86_400.0
    deviation_minutes: int = 300
