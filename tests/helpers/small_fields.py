"""Small fields for tests: few homes, short days."""

from typing import Any

from sim.scenarios.scenario import Scenario, load_scenario

HOUR_S = 3_600.0


def small(name: str = "teorama_nano", homes: int = 5, hours: float = 6.0, **frame: Any) -> Scenario:
    """A world of the product with fewer homes and less time."""
    scenario = load_scenario(name).with_frame(days=hours / 24, **frame)
    return scenario.with_grid("homes", count=homes, specials=[]).with_grid("theft", planted=[])
