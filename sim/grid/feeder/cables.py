"""The cable table."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sim.grid.errors import TopologyError


@dataclass(frozen=True, slots=True)
class Cable:
    """One cable; impedances are of one conductor, ohm per km.

    Source: ``data/cables.toml``, where every value carries its confidence.
    """

    name: str
    phases: int
    phase_ohm_km: complex
    neutral_ohm_km: complex
    ampacity_a: float


@cache
def cables() -> dict[str, Cable]:
    """All cables by name."""
    text = resources.files("sim.grid").joinpath("data/cables.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text).values()
    return {
        row["alias"]: Cable(
            row["alias"],
            row["phases"],
            complex(row["r_ohm_km"], row["x_ohm_km"]),
            complex(row["r_neutral_ohm_km"], row["x_neutral_ohm_km"]),
            float(row["ampacity_a"]),
        )
        for row in rows
    }


def cable(name: str) -> Cable:
    """The cable of that name.

    Raises:
        TopologyError: there is none.
    """
    known = cables()
    if name not in known:
        raise TopologyError(f"there is no cable {name!r}; the table has {', '.join(sorted(known))}")
    return known[name]
