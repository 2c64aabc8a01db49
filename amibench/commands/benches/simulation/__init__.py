"""The simulated field: how fast a village lives, how that grows, how late it is, what two workers bring.

Map of the room::

    virtual.py     a village's day beside a plain SimPy clock tick; cost by size; one worker and two
    lateness.py    how late the events of many served meters are
"""

from collections.abc import Sequence

from amibench.commands.benches.row import Row
from amibench.commands.benches.simulation.lateness import measure_lateness
from amibench.commands.benches.simulation.virtual import measure_growth, measure_village, measure_workers
from conformance.text import Text

TITLE = Text(
    "Campo simulado: medidores-día por segundo, crecimiento, retraso y reparto",
    "Simulated field: meter-days a second, growth, lateness and workers",
)


def measure(hours: float = 24.0, homes: int = 350, many: int = 50, served: int = 1_000) -> Sequence[Row]:
    """Every row; those of Dask only where it is installed.

    Args:
        hours: that the village lives.
        homes: of the village.
        many: microgrids of 100 meters in the large world.
        served: meters of the served world.
    """
    return [
        *measure_village(hours, homes),
        *measure_growth(hours / 24, many),
        *measure_lateness(served),
        *measure_workers(hours / 48),
    ]
