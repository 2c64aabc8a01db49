"""How noisy a wire is; every value is a parameter with its confidence."""

from dataclasses import dataclass

from sim.plc_channel.errors import ChannelTermsError

#: rise by hour of the day over the quietest hours, dB: everybody lights and charges from 18 to 22 [I]
VILLAGE_DAY = (0, 0, 0, 0, 0, 2, 4, 4, 3, 3, 3, 4, 5, 4, 3, 3, 4, 6, 10, 12, 12, 10, 6, 2)


@dataclass(frozen=True, slots=True)
class NoiseTerms:
    """Parameters of the noise.

    Args:
        floor_dbm_hz: background in a quiet hour; −90 is the cap of the ns-3 module [E].
        hourly_db: rise in each hour of the day, 24 values [I].
        begin_hour: hour of the day at second 0.
        envelope_rise_db: by which the noise rises twice in each cycle of the mains, with the current [I].
        envelope_share: of the time, for which it does [I].
        mains_hz: 60 in Colombia.
        bursts_per_h: long bursts, Poisson [I].
        burst_s_max: their length is uniform from 0 to this [E, ns-3: 1 s].
        burst_rise_db: of the noise in them [I].
        impulse_rise_db: of impulses shorter than a symbol: `middleton.noise_rise_db`, 0 for none.
        base_rise_db: more at the concentrator, beside the inverter [I].

    Raises:
        ChannelTermsError: a value is out of its range.
    """

    floor_dbm_hz: float = -90.0
    hourly_db: tuple[float, ...] = VILLAGE_DAY
    begin_hour: float = 0.0
    envelope_rise_db: float = 6.0
    envelope_share: float = 0.25
    mains_hz: float = 60.0
    bursts_per_h: float = 20.0
    burst_s_max: float = 1.0
    burst_rise_db: float = 20.0
    impulse_rise_db: float = 0.0
    base_rise_db: float = 0.0

    def __post_init__(self) -> None:
        if len(self.hourly_db) != 24:
            raise ChannelTermsError("the noise of a day has 24 hours")
        if not 0 <= self.envelope_share <= 1:
            raise ChannelTermsError("the share of the envelope must be 0 to 1")
        if self.mains_hz <= 0 or min(self.bursts_per_h, self.burst_s_max) < 0:
            raise ChannelTermsError("rates and lengths of noise are 0 or more, the mains above 0")
        if self.bursts_per_h * self.burst_s_max / 2 >= 1800:
            raise ChannelTermsError("long bursts must leave half of the time to something else")


#: no noise but a flat background: for set-ups that are to be calculated
FLAT = NoiseTerms(hourly_db=(0,) * 24, envelope_rise_db=0.0, bursts_per_h=0.0)
