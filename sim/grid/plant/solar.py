"""What the panels could give behind their charge controllers."""

import numpy as np

from sim.grid.sky.position import Floats
from sim.grid.sky.weather import WeatherDay
from sim.grid.terms import PlantTerms

#: Kelvin that a cell is above the air at 1000 W/m² (NOCT of some 45 °C), and what a kelvin takes off [C].
CELL_K_PER_SUN = 31.0
LOSS_PER_K = 0.004


def cell_c(weather: WeatherDay) -> Floats:
    """The temperature of the cells. Source: the NOCT model, linear in the irradiance."""
    return np.asarray(weather.air_c + CELL_K_PER_SUN * weather.panel_w_m2 / 1000.0)


def available_w(terms: PlantTerms, weather: WeatherDay) -> Floats:
    """The power that the plant's panels could give, minute by minute, W."""
    peak_w = terms.pv_kwp * 1000.0
    hot = 1.0 - LOSS_PER_K * (cell_c(weather) - 25.0)
    raw = peak_w * weather.panel_w_m2 / 1000.0 * hot * (1.0 - terms.pv_loss_share)
    return np.asarray(np.clip(raw, 0.0, peak_w * terms.pv_controller_share))


def rooftop_w_per_kwp(terms: PlantTerms, weather: WeatherDay) -> Floats:
    """The power that a customer's own panels give behind a small inverter, W per kWp."""
    hot = 1.0 - LOSS_PER_K * (cell_c(weather) - 25.0)
    efficiency = (1.0 - terms.pv_loss_share) * 0.94
    return np.asarray(np.maximum(weather.panel_w_m2 * hot * efficiency, 0.0))
