"""The battery: a store in whole nanojoules with limits."""

import math

from sim.grid.books import NJ_PER_WH, PlantPowers
from sim.grid.terms import PlantTerms

_MONTH_S = 30 * 86400.0


class Battery:
    """The store of one plant.

    Args:
        terms: capacity, efficiency, rate, what it starts with.
    """

    __slots__ = ("capacity_nj", "limit_w", "one_way", "store_nj", "terms")

    def __init__(self, terms: PlantTerms) -> None:
        self.terms = terms
        self.capacity_nj = round(terms.battery_kwh * 1000.0 * NJ_PER_WH)
        self.store_nj = round(self.capacity_nj * terms.battery_initial)
        self.limit_w = terms.battery_kwh * 1000.0 * terms.battery_c_rate
        self.one_way = math.sqrt(terms.battery_efficiency)

    @property
    def soc(self) -> float:
        """State of charge, 0 to 1; 0 without a battery."""
        return self.store_nj / self.capacity_nj if self.capacity_nj else 0.0

    @property
    def self_discharge_w(self) -> float:
        """What it loses by standing, W."""
        return max(self.store_nj, 0) / 1e9 * self.terms.battery_self_discharge_month / _MONTH_S

    def charge_room_w(self, horizon_s: float) -> float:
        """The highest charge that neither breaks the rate nor fills it before the horizon, W."""
        room_j = max(self.capacity_nj - self.store_nj, 0) / 1e9
        return min(self.limit_w, room_j / self.one_way / horizon_s)

    def discharge_room_w(self, horizon_s: float) -> float:
        """The highest discharge that does not empty it before the horizon, W, whatever the rate."""
        kept_j = max(self.store_nj / 1e9 - self.self_discharge_w * horizon_s, 0.0)
        return kept_j * self.one_way / horizon_s

    def losses_w(self, charge_w: float, discharge_w: float) -> float:
        """What is lost inside, W."""
        moving = charge_w * (1.0 - self.one_way) + discharge_w * (1.0 / self.one_way - 1.0)
        return moving + self.self_discharge_w

    def seconds_to(self, soc: float, powers: PlantPowers) -> float:
        """When the state of charge gets there with these powers; infinity if never."""
        away_j = (soc * self.capacity_nj - self.store_nj) / 1e9
        if powers.store_w == 0.0 or away_j * powers.store_w <= 0.0:
            return math.inf
        return away_j / powers.store_w
