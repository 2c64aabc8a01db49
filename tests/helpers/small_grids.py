"""Small microgrids for tests: what they are made of, how they live, and their digest."""

import hashlib
from datetime import UTC, datetime

import numpy as np

from sim.grid.microgrid import Microgrid
from sim.grid.terms import microgrid_terms
from sim.kernel.random import RandomStreams

EPOCH = datetime(2026, 2, 1, 5, tzinfo=UTC)
QUIET = dict.fromkeys(
    ("line_faults", "storms", "generation_faults", "planned", "sags", "swells", "user_outages"), 0.0
)
SMALL = {"pv_kwp": 0.8, "battery_kwh": 3.0, "inverter_kva": 3.0, "battery_c_rate": 1.0, "step_s": 300.0}
AMPLE = {"pv_kwp": 40.0, "battery_kwh": 200.0, "inverter_kva": 60.0}


def grid_of(seed: int = 1, name: str = "grid", **tables) -> Microgrid:
    """Six homes under an ample plant where nothing happens; `tables` of a scenario say otherwise."""
    scenario = {
        "plant": AMPLE,
        "homes": {"count": 6, "zero_share": 0.0},
        "disturbances": QUIET,
        **tables,
    }
    return Microgrid(microgrid_terms(scenario), streams=RandomStreams(seed), epoch=EPOCH, name=name)


def run(grid: Microgrid, hours: float, step_s: float = 60.0) -> Microgrid:
    """The same grid, so many hours later."""
    begin_s = grid.now_s
    for number in range(1, round(hours * 3600.0 / step_s) + 1):
        grid.step(begin_s + number * step_s)
    return grid


def powers_w(grid: Microgrid) -> np.ndarray:
    """Active power at each point, W."""
    return grid.voltage_v * grid.current_a * np.cos(np.radians(grid.phase_deg))


def digest(grid: Microgrid) -> str:
    """As the world digests: whole numbers in a fixed order."""
    parts = [
        *(getattr(grid.books, field) for field in grid.books.__slots__),
        *np.rint(grid.voltage_v * 1000.0).astype(int).tolist(),
        *grid.totals.import_wh.tolist(),
        *(
            f"{event.kind}{event.cause}{round(event.begin_s * 1000)}{event.points}"
            for event in grid.supply.events
        ),
    ]
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
