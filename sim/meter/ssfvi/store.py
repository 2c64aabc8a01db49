"""The battery, and the exact books of the whole system: whole milliwatts, microseconds, nanojoules.

What the panels gave is what the home got, what conversion and standby took, what was lost in charging, and
what is in the battery more than at the beginning: `EnergyStore.balance_nj` is 0 at any instant.
"""

from dataclasses import dataclass

from sim.meter.ssfvi.terms import BatteryTerms
from sim.meter.units import MILLI, NJ_PER_WH

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Powers:
    """What flows, mW, constant until somebody says otherwise.

    Args:
        panels: what the panels could give.
        home: what the home gets.
        inverter: what the inverter takes from the battery for that, its losses included.
        standby: controller and meter.
    """

    panels: int = 0
    home: int = 0
    inverter: int = 0
    standby: int = 0

    @property
    def surplus(self) -> int:
        """What is left for the battery; negative where it must give."""
        return self.panels - self.inverter - self.standby


class EnergyStore:
    """The battery and the books.

    Attributes:
        stored_nj: what is in the battery.
        harvested_nj: what the panels gave; what a full battery did not take is `curtailed_nj`.
        delivered_nj: what the home got.
        converted_nj: what the inverter kept.
        standby_nj: what controller and meter took.
        charging_loss_nj: what was lost in charging.

    Args:
        terms: of the battery.
    """

    __slots__ = (
        "_begun_nj",
        "_terms",
        "charging_loss_nj",
        "converted_nj",
        "curtailed_nj",
        "delivered_nj",
        "harvested_nj",
        "standby_nj",
        "stored_nj",
    )

    def __init__(self, terms: BatteryTerms) -> None:
        self._terms = terms
        self.stored_nj = self._begun_nj = self.level_nj(terms.initial_percent)
        self.harvested_nj = self.curtailed_nj = self.delivered_nj = 0
        self.converted_nj = self.standby_nj = self.charging_loss_nj = 0

    def level_nj(self, percent: int) -> int:
        """What is stored at that state of charge."""
        return self._terms.capacity_wh * NJ_PER_WH * percent // _PERCENT

    @property
    def charge_milli(self) -> int:
        """State of charge, thousandths of a per cent."""
        return self.stored_nj * _PERCENT * MILLI // self.level_nj(_PERCENT)

    @property
    def balance_nj(self) -> int:
        """What the books cannot explain: 0."""
        gone_nj = self.delivered_nj + self.converted_nj + self.standby_nj + self.charging_loss_nj
        return self.harvested_nj - gone_nj - (self.stored_nj - self._begun_nj)

    def us_until(self, level_nj: int, powers: Powers) -> int | None:
        """Microseconds until so much is stored, rounded up; None where it does not go there."""
        gap_nj, surplus = level_nj - self.stored_nj, powers.surplus
        rate = surplus * self._terms.charging_percent // _PERCENT if surplus > 0 else surplus
        if not rate or (gap_nj > 0) is not (rate > 0) or not gap_nj:
            return None
        return -(-abs(gap_nj) // abs(rate))

    def spill(self, level_nj: int) -> None:
        """Lose what is stored above that level; it counts as lost in charging."""
        lost_nj = max(0, self.stored_nj - level_nj)
        self.stored_nj -= lost_nj
        self.charging_loss_nj += lost_nj

    def pass_time(self, powers: Powers, elapsed_us: int) -> None:
        """So long these powers flowed."""
        self.delivered_nj += powers.home * elapsed_us
        self.converted_nj += (powers.inverter - powers.home) * elapsed_us
        harvested_nj, standby_nj = powers.panels * elapsed_us, powers.standby * elapsed_us
        surplus_nj = powers.surplus * elapsed_us
        if surplus_nj >= 0:
            room_nj = self.level_nj(_PERCENT) - self.stored_nj
            kept_nj = min(room_nj, surplus_nj * self._terms.charging_percent // _PERCENT)
            taken_nj = min(surplus_nj, -(-kept_nj * _PERCENT // self._terms.charging_percent))
            self.curtailed_nj += surplus_nj - taken_nj
            self.charging_loss_nj += taken_nj - kept_nj
            self.stored_nj += kept_nj
            harvested_nj -= surplus_nj - taken_nj
        else:
            given_nj = min(self.stored_nj, -surplus_nj)
            standby_nj -= -surplus_nj - given_nj  # an empty battery does not feed even the controller
            self.stored_nj -= given_nj
        self.harvested_nj += harvested_nj
        self.standby_nj += standby_nj
