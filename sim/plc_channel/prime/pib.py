"""The PIB: a node's attributes with their ranges, defaults and confidence, read from `pib.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute.

    Args:
        name: as the standard spells it.
        min: the least value allowed.
        max: the greatest.
        default: what a node begins with.
        unit: in words.
        tag: confidence: E exact, M from memory of the standard, I chosen here.
        id: its number on a base node's interface; None where it has none.
        note: what the tag does not say.
    """

    name: str
    min: int
    max: int
    default: int
    unit: str
    tag: str
    id: int | None = None
    note: str = ""

    def checked(self, value: int) -> int:
        """`value` itself.

        Raises:
            ValueError: it is out of range.
        """
        if not self.min <= value <= self.max:
            raise ValueError(f"{self.name} must be {self.min} to {self.max} ({self.unit}), not {value}")
        return value


@cache
def attributes() -> dict[str, Attribute]:
    """Every attribute by name.

    >>> attributes()["macMinSwitchSearchTime"].default
    24
    """
    text = files("sim.plc_channel.prime").joinpath("pib.toml").read_text(encoding="utf-8")
    return {name: Attribute(name, **row) for name, row in tomllib.loads(text).items()}
