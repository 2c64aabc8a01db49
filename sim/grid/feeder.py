"""Feeder layout: poles, spans, service drops and phases, on cables of ``data/cables.toml``."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.random import Generator

from sim.grid.errors import TopologyError
from sim.grid.power_flow import Feeder, Tree
from sim.grid.terms import FeederTerms, LineTerms

# ---- cables


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


# ---- layout

BUS = "bus"
_POLES_PER_BRANCH = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A span of the feeder or a service drop; nodes are numbers, 0 is the bus of the plant."""

    from_node: int
    to_node: int
    length_m: float
    cable: str


@dataclass(frozen=True, slots=True)
class ConnectionPoint:
    """Where one load hangs.

    Attributes:
        pole: the node at which its drop begins.
        phase: 0 to phases - 1.
        drop_m: length of its drop.
    """

    pole: int
    phase: int
    drop_m: float


@dataclass(frozen=True, slots=True)
class Topology:
    """The feeder as it is drawn; `pole_names` holds the nodes of the trunk, the bus first."""

    pole_names: tuple[str, ...]
    spans: tuple[Line, ...]
    places: tuple[ConnectionPoint, ...]
    drop_cable: str
    phases: int
    nominal_v: float

    @property
    def node_of_point(self) -> tuple[int, ...]:
        """The node of each point's terminals: they follow the poles."""
        return tuple(len(self.pole_names) + index for index in range(len(self.places)))

    @property
    def lines(self) -> tuple[Line, ...]:
        """Spans first, then the service drop of every point."""
        drops = zip(self.places, self.node_of_point, strict=True)
        return self.spans + tuple(
            Line(place.pole, node, place.drop_m, self.drop_cable) for place, node in drops
        )

    def feeder(self, source_ohm: complex, extra: Sequence[ConnectionPoint] = ()) -> Feeder:
        """The passive part for the power flow.

        Args:
            source_ohm: series impedance of the source, each phase.
            extra: places of loads beyond the points (taps, lighting without a meter), appended.
        """
        places = (*self.places, *extra)
        count = len(self.pole_names)
        parents = [0] * count
        phase_ohm, neutral_ohm = np.zeros(count, complex), np.zeros(count, complex)
        phase_ohm[0] = source_ohm
        for line in self.spans:
            kind = cable(line.cable)
            parents[line.to_node] = line.from_node
            phase_ohm[line.to_node] = kind.phase_ohm_km * line.length_m / 1000.0
            neutral_ohm[line.to_node] = kind.neutral_ohm_km * line.length_m / 1000.0
        drop = cable(self.drop_cable)
        there_and_back = (drop.phase_ohm_km + drop.neutral_ohm_km) / 1000.0
        return Feeder(
            tree=Tree(parents),
            phase_ohm=phase_ohm,
            neutral_ohm=neutral_ohm,
            node=np.array([place.pole for place in places], dtype=np.intp),
            phase=np.array([place.phase for place in places], dtype=np.intp),
            drop_ohm=np.array([place.drop_m * there_and_back for place in places], dtype=complex),
            phases=self.phases,
            nominal_v=self.nominal_v,
        )


def layout(terms: FeederTerms, homes: int, others: int, stream: Generator) -> Topology:
    """The feeder that the terms describe.

    Homes hang in feeder order, others are spread evenly; phases are dealt in turn. Only the lengths of the
    drops are drawn.

    Args:
        terms: of the feeder.
        homes: how many points hang along it in turn.
        others: how many more are spread over it.
        stream: of the feeder.

    Raises:
        TopologyError: the lines make no radial feeder, or a cable lacks conductors.
    """
    lines = terms.lines or _regular(terms, homes)
    names = _names(lines)
    number = {name: index for index, name in enumerate(names)}
    for line in lines:
        _check_conductors(cable(line.cable), terms.phases)
    _check_conductors(cable(terms.drop_cable), 1)
    spans = tuple(Line(number[line.begin], number[line.end], line.length_m, line.cable) for line in lines)
    poles = len(names) - 1
    low, high = terms.drop_m
    lengths = low + (high - low) * stream.random(homes + others)
    places = [
        ConnectionPoint(1 + index * poles // homes, index % terms.phases, float(lengths[index]))
        for index in range(homes)
    ]
    places += [
        ConnectionPoint(
            1 + (2 * index + 1) * poles // (2 * others),
            (homes + index) % terms.phases,
            float(lengths[homes + index]),
        )
        for index in range(others)
    ]
    return Topology(names, spans, tuple(places), terms.drop_cable, terms.phases, terms.nominal_v)


def _regular(terms: FeederTerms, homes: int) -> tuple[LineTerms, ...]:
    """Poles at equal distances on branches of equal length."""
    poles = -(-homes // terms.points_per_pole)
    branches = min(terms.branches or -(-poles // _POLES_PER_BRANCH), poles)
    lines = []
    for branch in range(branches):
        first, stop = branch * poles // branches, (branch + 1) * poles // branches
        for pole in range(first, stop):
            begin = BUS if pole == first else f"p{pole}"
            length_m = terms.first_span_m if pole == first else terms.span_m
            lines.append(LineTerms(begin, f"p{pole + 1}", length_m, terms.trunk_cable))
    return tuple(lines)


def _names(lines: Sequence[LineTerms]) -> tuple[str, ...]:
    names = [BUS]
    for line in lines:
        if line.end in names:
            raise TopologyError(f"feeder.lines leads to {line.end!r} twice, so the feeder is not radial")
        names.append(line.end)
    for line in lines:
        if line.begin not in names:
            raise TopologyError(f"feeder.lines begins at {line.begin!r}, which no line leads to")
    return tuple(names)


def _check_conductors(kind: Cable, phases: int) -> None:
    if kind.phases < phases:
        raise TopologyError(
            f"the cable {kind.name!r} has {kind.phases} phase conductors, {phases} are needed"
        )
