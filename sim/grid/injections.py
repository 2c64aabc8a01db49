"""What may be injected by hand, as a table: kind -> what it does and what its value means."""

from dataclasses import dataclass

from sim.grid.errors import InjectionError


@dataclass(frozen=True, slots=True)
class InjectionKind:
    """One kind.

    Attributes:
        does: one line for people.
        needs_point: whether it acts on one point; None: either.
        usual: the value when none is given.
        low, high: the range of the value.
    """

    does: str
    needs_point: bool | None
    usual: float = 0.0
    low: float = 0.0
    high: float = 0.0


INJECTIONS = {
    "outage": InjectionKind("the plant is down, or with a point that point's fuse is open", None),
    "generation-fault": InjectionKind("the plant is down by a fault of the generation", False),
    "line-fault": InjectionKind("the feeder is dead from the point's pole on", True),
    "sag": InjectionKind("the source's voltage falls to a share", False, 0.7, 0.0, 1.0),
    "swell": InjectionKind("the source's voltage rises to a share", False, 1.15, 1.0, 2.0),
    "cloud": InjectionKind("a share of the sun is left", False, 0.2, 0.0, 1.0),
    "load": InjectionKind("a load of so many W; negative feeds in", True, 1000.0, -1e5, 1e5),
    "reactive": InjectionKind("a load of so many var; negative is capacitive", True, 500.0, -1e5, 1e5),
    "full-bypass": InjectionKind("a wire around the meter", True),
    "partial-bypass": InjectionKind("a share of the circuits before the meter", True, 0.6, 0.0, 1.0),
    "magnet": InjectionKind("a magnet: a share of what passes is registered", True, 0.7, 0.0, 1.0),
    "reversed": InjectionKind("the meter's terminals are swapped", True),
    "dead-meter": InjectionKind("the meter's voltage link is open", True),
}
_THEFTS = ("full-bypass", "partial-bypass", "magnet", "reversed", "dead-meter")


@dataclass(frozen=True, slots=True)
class Injection:
    """A handle: one injection in force."""

    number: int
    kind: str
    point: int | None
    value: float

    @property
    def is_theft(self) -> bool:
        """Whether it is a theft, which goes into the list of planted ones."""
        return self.kind in _THEFTS


def injection(number: int, kind: str, point: int | None, value: float | None, points: int) -> Injection:
    """A checked injection.

    Raises:
        InjectionError: there is no such kind or point, or the value is out of its range.
    """
    if kind == "bypass":
        kind = "full-bypass" if value is None else "partial-bypass"
    if kind not in INJECTIONS:
        raise InjectionError(f"the grid cannot inject {kind!r}; it knows {', '.join(INJECTIONS)}")
    row = INJECTIONS[kind]
    if row.needs_point is True and point is None:
        raise InjectionError(f"{kind} acts on one point: give its number, 0 to {points - 1}")
    if row.needs_point is False and point is not None:
        raise InjectionError(f"{kind} acts on the whole microgrid: leave the point out")
    if point is not None and not 0 <= point < points:
        raise InjectionError(f"there is no point {point}: they count from 0 to {points - 1}")
    given = row.usual if value is None else float(value)
    if value is not None and not row.low <= given <= row.high:
        raise InjectionError(f"the value of {kind} must lie between {row.low:g} and {row.high:g}")
    return Injection(number, kind, point, given)
