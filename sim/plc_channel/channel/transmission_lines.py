"""Transmission lines.

Cables of ``data/cables.toml`` as two parallel wires with skin effect, and a radial network of them.
"""

import math
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.phy.schemes import constants

# ---- cables

_MU_0 = 4e-7 * math.pi
_EPSILON_0 = 8.8541878128e-12
_DB_PER_NEPER = 20.0 / math.log(10.0)

Reals = NDArray[np.float64]
Complexes = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Cable:
    """One cable at carrier frequencies.

    Args:
        name: as the feeder has it.
        area_mm2: of a conductor.
        resistivity: of its metal, ohm·m.
        spacing_mm: between the axes of two conductors.
        proximity: resistance over that of a thin skin.
        permittivity: of the insulation, over that of vacuum.
        loss_tangent: of the insulation.
    """

    name: str
    area_mm2: float
    resistivity: float
    spacing_mm: float
    proximity: float
    permittivity: float
    loss_tangent: float

    def propagation(self, frequency_hz: Reals) -> tuple[Complexes, Complexes]:
        """Propagation constant, Np/m and rad/m, and characteristic impedance, ohm."""
        radius_m = math.sqrt(self.area_mm2 / math.pi) * 1e-3
        shape = math.acosh(self.spacing_mm * 1e-3 / (2.0 * radius_m))
        omega = 2.0 * math.pi * frequency_hz
        skin = np.sqrt(math.pi * frequency_hz * _MU_0 * self.resistivity)
        series = self.proximity * skin / (math.pi * radius_m) + 1j * omega * (_MU_0 / math.pi * shape)
        capacitance = math.pi * _EPSILON_0 * self.permittivity / shape
        shunt = omega * capacitance * (self.loss_tangent + 1j)
        return np.sqrt(series * shunt), np.sqrt(series / shunt)

    def attenuation_db_km(self, frequency_hz: Reals) -> Reals:
        """Attenuation of a kilometre with nothing else connected, dB."""
        gamma: Complexes = self.propagation(frequency_hz)[0]
        return np.array(gamma.real * (_DB_PER_NEPER * 1000.0), dtype=np.float64)


def band_hz(carriers: Iterable[int] | None = None) -> Reals:
    """Frequencies of PRIME's carriers 0 to 96, or of those named, Hz."""
    fixed = constants()
    chosen = np.arange(fixed.carriers) if carriers is None else np.array(list(carriers))
    return np.asarray(fixed.first_carrier_hz + chosen * fixed.carrier_spacing_hz, dtype=np.float64)


@cache
def _rows() -> dict[str, dict[str, Any]]:
    text = resources.files("sim.plc_channel").joinpath("data/cables.toml").read_text(encoding="utf-8")
    return {row["alias"]: row for row in tomllib.loads(text).values()}


@cache
def cable(name: str) -> Cable:
    """The cable of that name.

    Raises:
        ChannelTermsError: there is none.
    """
    rows = _rows()
    if name not in rows:
        raise ChannelTermsError(f"there is no cable {name!r}; the table has {', '.join(sorted(rows))}")
    return Cable(name, **rows[name]["conductor"], **rows[name]["insulation"])


def published_cables() -> dict[str, dict[str, Any]]:
    """``zc_ohm`` and ``db_km`` at 42 and 89 kHz, of the cables for which plc.md 1.8 computes them."""
    return {name: row["published"] for name, row in _rows().items() if "published" in row}


# ---- radial network


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A span between two nodes.

    Args:
        from_node: its end, a whole number from 0.
        to_node: its other end.
        length_m: 0 or more.
        cable: name in the cable table.
    """

    from_node: int
    to_node: int
    length_m: float
    cable: str


@dataclass(frozen=True, slots=True)
class LineTree:
    """Lines in an order in which every parent comes before its children.

    Args:
        parent: of each node; the root is its own.
        line: to the parent, of each node but the root.
        order: of the nodes, the root first.
    """

    parent: tuple[int, ...]
    line: tuple[ChannelLine | None, ...]
    order: tuple[int, ...]


def line_tree(lines: Sequence[ChannelLine], root: int = 0) -> LineTree:
    """Sort lines into a tree.

    Raises:
        ChannelTermsError: they form a ring, or do not hang together, or a length is negative.
    """
    ends = {root} | {end for line in lines for end in (line.from_node, line.to_node)}
    count = max(ends) + 1
    if min(ends) < 0 or len(ends) != count:
        raise ChannelTermsError("the nodes of a feeder are numbered from 0 without gaps")
    if any(line.length_m < 0 for line in lines):
        raise ChannelTermsError("a line has a negative length")
    if len(lines) != count - 1:
        raise ChannelTermsError(f"{len(lines)} lines do not make a tree of {count} nodes")
    beside: list[list[tuple[int, ChannelLine]]] = [[] for _ in range(count)]
    for line in lines:
        beside[line.from_node].append((line.to_node, line))
        beside[line.to_node].append((line.from_node, line))
    parent = [-1] * count
    parent[root] = root
    order = [root]
    above: list[ChannelLine | None] = [None] * count
    for node in order:
        for other, line in beside[node]:
            if parent[other] < 0:
                parent[other] = node
                above[other] = line
                order.append(other)
    if len(order) != count:
        raise ChannelTermsError("the lines of a feeder do not hang together")
    return LineTree(tuple(parent), tuple(above), tuple(order))


@dataclass(frozen=True, slots=True)
class _Span:
    """The ABCD matrix of a line; it is its own mirror image."""

    a: Complexes
    b: Complexes
    c: Complexes

    def seen(self, beyond: Complexes) -> Complexes:
        """The admittance at one end when `beyond` hangs at the other."""
        return (self.c + self.a * beyond) / (self.a + self.b * beyond)

    def ratio(self, beyond: Complexes) -> Complexes:
        """The voltage at the far end over that at the near end."""
        return np.asarray(1.0 / (self.a + self.b * beyond))


def span(line: ChannelLine, frequency_hz: Reals) -> _Span:
    """The two-port of a line."""
    gamma, impedance = cable(line.cable).propagation(frequency_hz)
    phase = gamma * line.length_m
    return _Span(np.cosh(phase), impedance * np.sinh(phase), np.sinh(phase) / impedance)


@dataclass(frozen=True, slots=True)
class Solution:
    """A network at some frequencies.

    Args:
        ratios: [sender, listener, frequency], the voltage at the listener over that at the sender.
        admittances: [node, frequency], of all that a sender there feeds, its own load included, S.
    """

    ratios: Complexes
    admittances: Complexes

    def transfer(self, source_ohm: Reals) -> Complexes:
        """[sender, listener, frequency], the voltage at the listener over the sender's electromotive force.

        Args:
            source_ohm: the inner resistance of the sender at each node.
        """
        divided = 1.0 / (1.0 + source_ohm[:, None] * self.admittances)
        return np.asarray(self.ratios * divided[:, None, :])


def solve(
    tree: LineTree, loads: Complexes, frequency_hz: Reals, wanted: Sequence[int] | None = None
) -> Solution:
    """All links of a network.

    Args:
        tree: its lines.
        loads: [node, frequency], shunt admittances, S.
        frequency_hz: where.
        wanted: the nodes that the solution is to tell of, in this order; None for all.
    """
    count, width = loads.shape
    spans = {node: span(line, frequency_hz) for node, line in enumerate(tree.line) if line is not None}
    below = loads.copy()
    seen_down: dict[int, Complexes] = {}
    for node in reversed(tree.order[1:]):
        seen_down[node] = spans[node].seen(below[node])
        below[tree.parent[node]] += seen_down[node]
    total = below.copy()
    ratios = np.ones((count, count, width), dtype=np.complex128)
    # rows and columns in the order of the tree: what is known already is one block
    place = {node: index for index, node in enumerate(tree.order)}
    for at, node in enumerate(tree.order[1:], start=1):
        parent, up = tree.parent[node], place[tree.parent[node]]
        beyond = total[parent] - seen_down[node]
        total[node] = below[node] + spans[node].seen(beyond)
        ratios[:at, at] = ratios[:at, up] * spans[node].ratio(below[node])
        ratios[at, :at] = ratios[up, :at] * spans[node].ratio(beyond)
    nodes = list(range(count) if wanted is None else wanted)
    chosen = [place[node] for node in nodes]
    return Solution(ratios[np.ix_(chosen, chosen)], total[nodes])
