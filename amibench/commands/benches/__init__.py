"""The named benches of ``amibench benchmark``, each a module with `TITLE` and `measure() -> list[Row]`.

The workloads live in the product, so that an installed copy can be measured where it runs; `benchmarks/` of
the repository puts the same workloads under pytest-benchmark. A new bench is one module and one row below.
"""

import importlib
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from conformance.text import Text

__all__ = ["BENCHES", "Bench", "Row", "load"]

ROUNDS = 5
"""Every figure is the median of so many rounds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        name: what was timed.
        per_s: operations a second, the median of `ROUNDS`.
        yardstick: name of the row that it is compared with; None for a yardstick.
        ratio: how many of it for one of the yardstick; None for a yardstick.
        goal_per_s: what the project asks for in operations a second, or None.
        goal_ratio: what it asks for as a ratio, or None.
        p99_s: what 99 of 100 took at most, seconds, the median of the rounds; None: it was not looked at.
        goal_p99_s: what it may be, or None.
    """

    name: str
    per_s: float
    yardstick: str | None = None
    ratio: float | None = None
    goal_per_s: float | None = None
    goal_ratio: float | None = None
    p99_s: float | None = None
    goal_p99_s: float | None = None

    @property
    def met(self) -> bool | None:
        """True where every goal is met; None for a row without one."""
        wanted = [(self.per_s, self.goal_per_s), (self.ratio or 0.0, self.goal_ratio)]
        judged = [had >= goal for had, goal in wanted if goal is not None]
        if self.goal_p99_s is not None:
            judged.append((self.p99_s or 0.0) <= self.goal_p99_s)
        return all(judged) if judged else None


def beside(
    name: str,
    yardstick: str,
    rounds: Sequence[tuple[float, float]],
    *,
    goal_per_s: float | None = None,
    goal_ratio: float | None = None,
) -> tuple[Row, Row]:
    """The rows of a yardstick and of what was timed beside it.

    Args:
        name: of what was timed.
        yardstick: its name.
        rounds: (yardstick, what was timed), both per second, a pair from each round. The ratio is the median
            of the rounds' ratios: only what was timed together compares.
        goal_per_s: asked for, in operations a second.
        goal_ratio: asked for, as a ratio.
    """
    ratio = statistics.median(timed / stick for stick, timed in rounds)
    per_s = statistics.median(timed for _, timed in rounds)
    return (
        Row(yardstick, statistics.median(stick for stick, _ in rounds)),
        Row(name, per_s, yardstick, ratio, goal_per_s, goal_ratio),
    )


#: name -> module.
BENCHES: dict[str, str] = {
    "sts": "amibench.commands.benches.sts",
    "security-module": "amibench.commands.benches.security_module",
    "dlms": "amibench.commands.benches.dlms",
    "simulation": "amibench.commands.benches.simulation",
    "vending": "amibench.commands.benches.vending",
}


class Bench(Protocol):
    """Module of a bench.

    Attributes:
        TITLE: what is measured, in both languages.
    """

    TITLE: Text

    def measure(self) -> Sequence[Row]:
        """Measure, yardsticks in the same run; rows in the order in which they are shown."""


def load(name: str) -> Bench:
    """The bench called `name`, a key of `BENCHES`."""
    return cast(Bench, importlib.import_module(BENCHES[name]))
