"""How much what comes unasked may cost, and how often it may set something off; ours, all of them [M]."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PushTerms:
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
