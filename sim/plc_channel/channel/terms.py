"""What hangs on a feeder, seen from a modem: loads, the supply, couplers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.plc_channel.errors import ChannelTermsError

PHASE_MODES = ("simultaneous", "single")

#: impedance of a home by state, ohm, at all carriers; None takes nothing. 5+j10 pairs with SimPRIME's rows
#: [C], 50 and 20 are of the order of homes with few and with some devices [I]
HOME_LOADS: dict[str, complex | None] = {"open": None, "idle": 50 + 0j, "evening": 20 + 5j, "heavy": 5 + 10j}


@dataclass(frozen=True, slots=True)
class FeederChannelTerms:
    """Parameters of a transmission-line channel.

    Args:
        loads: impedance of a home by state, ohm.
        state: of all homes at the beginning.
        bus_ohm: impedance of the plant's bus, None for none; 5+j10 was fitted to SimPRIME's rows [C].
        base_source_ohm: inner resistance of the concentrator as a sender; 10 was, too [C].
        node_source_ohm: that of a meter's modem; 3 was, too [C].
        filter_cap_uf: capacitor of the inverter's output filter, 0 for none.
        injection_distance_m: of the inverter from the concentrator's coupler.
        injection_cable: between them.
        cross_phase_db: more between places on different phases, 10 to 15 is said [M].
        phase_mode: ``simultaneous``, the concentrator couples to all phases and each gets its share;
            ``single``, to one.
        base_phase: that one.
        carriers: evenly spaced carriers that are calculated, of 97.
        refresh_s: changed loads count from the next multiple of this on.

    Raises:
        ChannelTermsError: a value is out of its range.
    """

    loads: Mapping[str, complex | None] = field(default_factory=lambda: dict(HOME_LOADS))
    state: str = "idle"
    bus_ohm: complex | None = 5 + 10j
    base_source_ohm: float = 10.0
    node_source_ohm: float = 3.0
    filter_cap_uf: float = 0.0
    injection_distance_m: float = 20.0
    injection_cable: str = "triplex-al-2x33"
    cross_phase_db: float = 12.0
    phase_mode: str = "simultaneous"
    base_phase: int = 1
    carriers: int = 13
    refresh_s: float = 900.0

    def __post_init__(self) -> None:
        if self.state not in self.loads:
            raise ChannelTermsError(f"there is no state of loads {self.state!r}")
        if any(load is not None and (load.real < 0 or abs(load) == 0) for load in self.loads.values()):
            raise ChannelTermsError("a load is an impedance other than 0 with a resistance of 0 or more")
        if self.phase_mode not in PHASE_MODES:
            raise ChannelTermsError(f"the phase mode must be one of {', '.join(PHASE_MODES)}")
        if min(self.base_source_ohm, self.node_source_ohm, self.refresh_s) <= 0:
            raise ChannelTermsError("inner resistances and the refresh time are above 0")
        if min(self.filter_cap_uf, self.injection_distance_m, self.cross_phase_db) < 0:
            raise ChannelTermsError("capacitor, distance and cross-phase loss are 0 or more")
        if not 2 <= self.carriers <= 97:
            raise ChannelTermsError("2 to 97 carriers are calculated")
