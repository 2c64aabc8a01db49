"""The losses of a feeder between all places, from its lines and loads."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.plc_channel.channel.cables import band_hz
from sim.plc_channel.channel.network import ChannelLine, solve, tree_of
from sim.plc_channel.channel.terms import FeederChannelTerms
from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.phy.schemes import constants

Reals = NDArray[np.float64]
Complexes = NDArray[np.complex128]

_CHUNK = 6_000_000
_FAINTEST = 1e-30


class FeederPaths:
    """Fits `noisy.Paths`; one equivalent network for each phase, with the loads of that phase.

    Args:
        lines: of the feeder; node 0 is where the concentrator couples.
        node_of_place: node of each place.
        phase_of_place: phase of each place, 1 to 3.
        terms: what hangs on it.

    Raises:
        ChannelTermsError: the lines do not make a tree, or the places do not fit them.
    """

    def __init__(
        self,
        lines: Sequence[ChannelLine],
        node_of_place: Sequence[int],
        phase_of_place: Sequence[int],
        terms: FeederChannelTerms,
    ) -> None:
        if len(node_of_place) != len(phase_of_place):
            raise ChannelTermsError("each place has a node and a phase")
        self._terms = terms
        self._nodes = list(node_of_place)
        self._phases = list(phase_of_place)
        spans = list(lines)
        nodes = 1 + max((max(line.from_node, line.to_node) for line in spans), default=0)
        self._plant = 0
        if terms.injection_distance_m > 0:
            self._plant = nodes
            spans.append(ChannelLine(0, nodes, terms.injection_distance_m, terms.injection_cable))
        self._tree = tree_of(spans)
        if any(not 0 <= node < nodes for node in self._nodes):
            raise ChannelTermsError("a place lies on a node that no line reaches")
        self._frequency_hz = band_hz(
            np.linspace(0, constants().carriers - 1, terms.carriers).round().astype(int)
        )
        self._states: list[complex | None] = [terms.loads[terms.state]] * len(self._nodes)
        self._gains: Reals | None = None

    def set_load(self, place: int, ohm: complex | None) -> bool:
        """Another load at a place; whether it was another."""
        if self._states[place] == ohm:
            return False
        self._states[place] = ohm
        self._gains = None
        return True

    def gains_db(self, tx: int) -> Reals:
        """[listener, carrier], a copy."""
        if self._gains is None:
            self._gains = self._solved()
        return np.array(self._gains[tx], dtype=np.float64)

    # ------------------------------------------------------------ inside

    def _solved(self) -> Reals:
        """[sender, listener, carrier], the concentrator last."""
        phases = sorted(set(self._phases)) or [1]
        by_phase = {phase: self._solved_phase(phase) for phase in phases}
        if len(phases) == 1:
            return by_phase[phases[0]]
        places = [*self._phases, 0]
        count = len(places)
        gains = np.empty((count, count, self._terms.carriers))
        for tx_phase in {*places}:
            for rx_phase in {*places}:
                rows = [place for place in range(count) if places[place] == tx_phase]
                columns = [place for place in range(count) if places[place] == rx_phase]
                block = np.ix_(rows, columns)
                gains[block] = self._between(by_phase, tx_phase, rx_phase, block)
        return gains + self._base_share_db(phases)

    def _between(
        self, by_phase: dict[int, Reals], tx_phase: int, rx_phase: int, block: tuple[NDArray[np.int64], ...]
    ) -> Reals:
        """Gains between two phases; phase 0 is the concentrator."""
        crossed = 0.0
        if self._terms.phase_mode == "single":
            tx_phase, rx_phase = tx_phase or self._terms.base_phase, rx_phase or self._terms.base_phase
        tx_phase, rx_phase = tx_phase or rx_phase, rx_phase or tx_phase
        first = by_phase.get(tx_phase, next(iter(by_phase.values())))
        second = by_phase.get(rx_phase, first)
        if tx_phase != rx_phase:
            crossed = self._terms.cross_phase_db
        return np.asarray((first[block] + second[block]) / 2 - crossed)

    def _base_share_db(self, phases: list[int]) -> Reals:
        """What the concentrator loses as a sender to several phases at once."""
        shares = np.zeros((len(self._nodes) + 1, 1, 1))
        if self._terms.phase_mode == "simultaneous":
            shares[-1] = -10.0 * math.log10(len(phases))
        return shares

    def _solved_phase(self, phase: int) -> Reals:
        loads = self._admittances(phase)
        wanted = [*self._nodes, 0]
        source_ohm = np.full(len(wanted), self._terms.node_source_ohm)
        source_ohm[-1] = self._terms.base_source_ohm
        step = max(1, _CHUNK // loads.shape[0] ** 2)
        parts = []
        for begin in range(0, self._terms.carriers, step):
            chosen = slice(begin, begin + step)
            solution = solve(self._tree, loads[:, chosen], self._frequency_hz[chosen], wanted)
            transfer = np.abs(solution.transfer(source_ohm))
            parts.append(20.0 * np.log10(np.maximum(transfer, _FAINTEST)))
        return np.concatenate(parts, axis=2)

    def _admittances(self, phase: int) -> Complexes:
        """[node, carrier], of all loads of a phase, S."""
        terms = self._terms
        found = np.zeros((len(self._tree.order), terms.carriers), dtype=np.complex128)
        for node, own, load in zip(self._nodes, self._phases, self._states, strict=True):
            if own == phase and load is not None:
                found[node] += 1.0 / load
        if terms.bus_ohm is not None:
            found[0] += 1.0 / terms.bus_ohm
        found[self._plant] += 2j * math.pi * self._frequency_hz * (terms.filter_cap_uf * 1e-6)
        return found
