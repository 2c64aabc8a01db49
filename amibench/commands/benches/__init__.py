"""The named benches of ``amibench benchmark``, each a module with `TITLE` and `measure() -> list[Row]`.

The workloads live in the product, so that an installed copy can be measured where it runs; `benchmarks/` of
the repository puts the same workloads under pytest-benchmark. A new bench is one module and one row below.
"""

import importlib
from collections.abc import Sequence
from typing import Protocol, cast

from amibench.commands.benches.row import Row
from conformance.text import Text

__all__ = ["BENCHES", "Bench", "Row", "load"]

#: name -> module.
BENCHES: dict[str, str] = {
    "sts": "amibench.commands.benches.sts",
    "security-module": "amibench.commands.benches.security_module",
    "dlms": "amibench.commands.benches.dlms",
    "simulation": "amibench.commands.benches.simulation",
    "vending": "amibench.commands.benches.vending",
}


class Bench(Protocol):
    """What a bench's module has.

    Attributes:
        TITLE: what is measured, in both languages.
    """

    TITLE: Text

    def measure(self) -> Sequence[Row]:
        """Measure, yardsticks in the same run; rows in the order in which they are shown."""


def load(name: str) -> Bench:
    """The bench called `name`, a key of `BENCHES`."""
    return cast(Bench, importlib.import_module(BENCHES[name]))
