"""Settings of a PRIME network: its PIB (`pib.toml`), its frame and what is calibrated."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files

# ---- PIB


@dataclass(frozen=True, slots=True)
class PibAttribute:
    """One attribute.

    Args:
        name: as the standard spells it.
        min: the least value allowed.
        max: the greatest.
        default: what a node begins with.
        unit: in words.
        tag: confidence: E exact, M from memory of the standard, I chosen here.
        id: its number on a base node's interface; None where it has none.
        note: what the tag does not say.
    """

    name: str
    min: int
    max: int
    default: int
    unit: str
    tag: str
    id: int | None = None
    note: str = ""

    def checked(self, value: int) -> int:
        """`value` itself.

        Raises:
            ValueError: it is out of range.
        """
        if not self.min <= value <= self.max:
            raise ValueError(f"{self.name} must be {self.min} to {self.max} ({self.unit}), not {value}")
        return value


@cache
def pib_attributes() -> dict[str, PibAttribute]:
    """Every attribute by name.

    >>> pib_attributes()["macMinSwitchSearchTime"].default
    24
    """
    text = files("sim.plc_channel.prime").joinpath("pib.toml").read_text(encoding="utf-8")
    return {name: PibAttribute(name, **row) for name, row in tomllib.loads(text).items()}


# ---- settings

SYMBOL_S = 2.24e-3
FRAME_SYMBOLS = 276
#: octets that a segment may have, by macSARSize; 0 is not mandated [M]
SAR_OCTETS = (256, 16, 32, 48, 64, 128, 192, 255)


def _default(name: str) -> int:
    return pib_attributes()[name].default


@dataclass(frozen=True, slots=True)
class PrimeSettings:
    """Parameters of a PRIME 1.3.6 network. Those called like an attribute of the PIB are in `pib.toml`.

    Args:
        search_time_s: macMinSwitchSearchTime, of listening before a node cries for a switch.
        promotion_period_s_min: macPromotionMinTxPeriod, to the second cry; then it doubles.
        promotion_period_s_max: macPromotionMaxTxPeriod.
        scp_attempts: macSCPMaxTxAttempts, at one frame.
        sense_delay_ms: macCSMADelay, between two carrier senses.
        beacon_slots: macBeaconsPerFrame.
        beacon_frequency: macSwitchBeaconFrequency, a switch sends every 2^n frames.
        missed_beacons: macNMissBeacon, in a row, after which a node is on its own again.
        control_retry_s: macCtlReTxTimer.
        control_fail_s: macCtrlMsgFailTime, after which a node gives a request up.
        control_transmissions: macCtlMaxTx, of a request of the base node.
        arq_transmissions: macArqMaxTx.
        sar_size: macSARSize.
        alive_time: macAliveTime, a node drops after 32 x 2^n s without a keep-alive.
        alive_spacing_s: between two keep-alives of the base node, 4 s in the field [E, reports].
        alive_period_s_min: a node is not asked more often than this [I].
        alive_misses: rounds without an answer after which the base node drops a node [I].
        scheme: modulation of everything that is sent.
        scp_symbols: of the shared contention period without a contention free one, 245 in the field [E].
        cfp_symbols: of the contention free period, taken from the shared one; 0 for none.
        cfp_grant_s: for which a node is given it [I].
        turnaround_s: that an end node needs for each frame, 0.05 calibrated by R5 [C].
        forwarding_s: that a switch needs for each frame [C].
        ack_timeout_s: until a segment is sent again, at level 0 [I].
        ack_timeout_level_s: more for each level [I].
        sense_latency_s: until carrier sense notices a preamble; 0 fits R7, a preamble lasts 2 ms [I].
        join_snr_db: that a switch must reach for a node to choose it, or to offer itself [I].
        capture_db: by which a frame must exceed all others to survive them; None: never.
        demote_after_s: without children, a switch becomes a terminal again [I].
        promotion_window_s: for which the base node collects offers [I].
        promotion_hold_s: for which a terminal does not offer itself again to the same node [I].
        max_offers: nodes that a terminal remembers to have offered itself to.
        registration_spread_s: over which nodes spread their first request after a beacon [I].

    Raises:
        ValueError: a parameter is out of its range.
    """

    search_time_s: int = field(default_factory=lambda: _default("macMinSwitchSearchTime"))
    promotion_period_s_min: int = field(default_factory=lambda: _default("macPromotionMinTxPeriod"))
    promotion_period_s_max: int = field(default_factory=lambda: _default("macPromotionMaxTxPeriod"))
    scp_attempts: int = field(default_factory=lambda: _default("macSCPMaxTxAttempts"))
    sense_delay_ms: int = field(default_factory=lambda: _default("macCSMADelay"))
    beacon_slots: int = field(default_factory=lambda: _default("macBeaconsPerFrame"))
    beacon_frequency: int = field(default_factory=lambda: _default("macSwitchBeaconFrequency"))
    missed_beacons: int = field(default_factory=lambda: _default("macNMissBeacon"))
    control_retry_s: int = field(default_factory=lambda: _default("macCtlReTxTimer"))
    control_fail_s: int = field(default_factory=lambda: _default("macCtrlMsgFailTime"))
    control_transmissions: int = field(default_factory=lambda: _default("macCtlMaxTx"))
    arq_transmissions: int = field(default_factory=lambda: _default("macArqMaxTx"))
    sar_size: int = field(default_factory=lambda: _default("macSARSize"))
    alive_time: int = field(default_factory=lambda: _default("macAliveTime"))
    alive_spacing_s: float = 4.0
    alive_period_s_min: float = 320.0
    alive_misses: int = 3
    scheme: str = "DBPSK_C"
    scp_symbols: int = 245
    cfp_symbols: int = 0
    cfp_grant_s: float = 10.0
    turnaround_s: float = 0.050
    forwarding_s: float = 0.010
    ack_timeout_s: float = 0.7
    ack_timeout_level_s: float = 0.3
    sense_latency_s: float = 0.0
    join_snr_db: float = 5.0
    capture_db: float | None = None
    demote_after_s: float = 600.0
    promotion_window_s: float = 2.0
    promotion_hold_s: float = 30.0
    registration_spread_s: float = 0.4
    max_offers: int = 256

    def __post_init__(self) -> None:
        for name, attribute in _CHECKED.items():
            pib_attributes()[attribute].checked(getattr(self, name))
        if not 0 < self.scp_symbols <= FRAME_SYMBOLS or not 0 <= self.cfp_symbols < self.scp_symbols:
            raise ValueError(f"the contention periods must fit a frame of {FRAME_SYMBOLS} symbols")
        if min(getattr(self, name) for name in _NOT_NEGATIVE) < 0:
            raise ValueError("times and counts of a PRIME network are 0 or more")

    @property
    def segment_octets(self) -> int:
        """Octets of a message that one segment carries."""
        return SAR_OCTETS[self.sar_size]

    @property
    def alive_timeout_s(self) -> int:
        """Seconds without a keep-alive after which node and base node drop each other."""
        return 32 << self.alive_time


def prime_settings(table: Mapping[str, object]) -> PrimeSettings:
    """The terms of a table of a scenario; what it does not name stays as it is.

    Raises:
        ValueError: it names something else, or a parameter is out of its range.

    >>> prime_settings({"turnaround_s": 0.04}).turnaround_s
    0.04
    """
    known = {item.name for item in fields(PrimeSettings)}
    unknown = sorted(set(table) - known)
    if unknown:
        raise ValueError(
            f"a PRIME network has no parameter {unknown[0]!r}; there are {', '.join(sorted(known))}"
        )
    try:
        return PrimeSettings(**table)  # type: ignore[arg-type]
    except TypeError as error:
        raise ValueError(f"a parameter of a PRIME network has the wrong type: {error}") from error


#: parameter -> attribute whose range it must keep
_CHECKED = {
    "search_time_s": "macMinSwitchSearchTime",
    "promotion_period_s_min": "macPromotionMinTxPeriod",
    "promotion_period_s_max": "macPromotionMaxTxPeriod",
    "scp_attempts": "macSCPMaxTxAttempts",
    "sense_delay_ms": "macCSMADelay",
    "beacon_slots": "macBeaconsPerFrame",
    "beacon_frequency": "macSwitchBeaconFrequency",
    "missed_beacons": "macNMissBeacon",
    "control_retry_s": "macCtlReTxTimer",
    "control_fail_s": "macCtrlMsgFailTime",
    "control_transmissions": "macCtlMaxTx",
    "arq_transmissions": "macArqMaxTx",
    "sar_size": "macSARSize",
    "alive_time": "macAliveTime",
}
_NOT_NEGATIVE = (
    "alive_misses",
    "alive_period_s_min",
    "alive_spacing_s",
    "cfp_grant_s",
    "ack_timeout_s",
    "demote_after_s",
    "forwarding_s",
    "promotion_hold_s",
    "promotion_window_s",
    "registration_spread_s",
    "sense_latency_s",
    "turnaround_s",
)
