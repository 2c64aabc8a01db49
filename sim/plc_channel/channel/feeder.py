"""Channel of a feeder: what its lines, homes and inverter make of a signal between all places."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.noisy import NoisyChannel, ReceiverTerms
from sim.plc_channel.channel.transmission_lines import ChannelLine, band_hz, line_tree, solve
from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.noise import NoiseProcess, NoiseTerms
from sim.plc_channel.phy.schemes import constants

# ---- loads and couplers

PHASE_MODES = ("simultaneous", "single")

#: impedance of a home by state, ohm, at all carriers; None takes nothing. 5+j10 pairs with SimPRIME's rows
#: [C], 50 and 20 are of the order of homes with few and with some devices [I]
HOME_LOADS: dict[str, complex | None] = {"open": None, "idle": 50 + 0j, "evening": 20 + 5j, "heavy": 5 + 10j}


@dataclass(frozen=True, slots=True)
class FeederChannelTerms:
    """Parameters of a transmission-line channel.

    Args:
        loads: impedance of a home by state, ohm.
        state: of all homes at the beginning.
        bus_ohm: impedance of the plant's bus, None for none; 5+j10 was fitted to SimPRIME's rows [C].
        base_source_ohm: inner resistance of the concentrator as a sender; 10 was, too [C].
        node_source_ohm: that of a meter's modem; 3 was, too [C].
        filter_cap_uf: capacitor of the inverter's output filter, 0 for none.
        injection_distance_m: of the inverter from the concentrator's coupler.
        injection_cable: between them.
        cross_phase_db: more between places on different phases, 10 to 15 is said [M].
        phase_mode: ``simultaneous``, the concentrator couples to all phases and each gets its share;
            ``single``, to one.
        base_phase: that one.
        carriers: evenly spaced carriers that are calculated, of 97.
        refresh_s: changed loads count from the next multiple of this on.

    Raises:
        ChannelTermsError: a value is out of its range.
    """

    loads: Mapping[str, complex | None] = field(default_factory=lambda: dict(HOME_LOADS))
    state: str = "idle"
    bus_ohm: complex | None = 5 + 10j
    base_source_ohm: float = 10.0
    node_source_ohm: float = 3.0
    filter_cap_uf: float = 0.0
    injection_distance_m: float = 20.0
    injection_cable: str = "triplex-al-2x33"
    cross_phase_db: float = 12.0
    phase_mode: str = "simultaneous"
    base_phase: int = 1
    carriers: int = 13
    refresh_s: float = 900.0

    def __post_init__(self) -> None:
        if self.state not in self.loads:
            raise ChannelTermsError(f"there is no state of loads {self.state!r}")
        if any(load is not None and (load.real < 0 or abs(load) == 0) for load in self.loads.values()):
            raise ChannelTermsError("a load is an impedance other than 0 with a resistance of 0 or more")
        if self.phase_mode not in PHASE_MODES:
            raise ChannelTermsError(f"the phase mode must be one of {', '.join(PHASE_MODES)}")
        if min(self.base_source_ohm, self.node_source_ohm, self.refresh_s) <= 0:
            raise ChannelTermsError("inner resistances and the refresh time are above 0")
        if min(self.filter_cap_uf, self.injection_distance_m, self.cross_phase_db) < 0:
            raise ChannelTermsError("capacitor, distance and cross-phase loss are 0 or more")
        if not 2 <= self.carriers <= 97:
            raise ChannelTermsError("2 to 97 carriers are calculated")


# ---- paths between places

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
        self._tree = line_tree(spans)
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
        """Loss of the concentrator as a sender to several phases at once."""
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


# ---- channel


class FeederChannel(NoisyChannel):
    """Fits `model.Channel`.

    Args:
        lines: of the feeder; node 0 is where the concentrator couples.
        node_of_place: node of each place.
        phase_of_place: phase of each place, 1 to 3; None for one phase.
        streams: the world's random streams.
        terms: what hangs on the feeder.
        noise: of the wire.
        receiver: the modems.
        name: distinguishes several wires of a world.

    Raises:
        ChannelTermsError: the lines do not make a tree, or the places do not fit them.
    """

    def __init__(
        self,
        lines: Sequence[ChannelLine],
        node_of_place: Sequence[int],
        phase_of_place: Sequence[int] | None = None,
        *,
        streams: RandomStreams,
        terms: FeederChannelTerms | None = None,
        noise: NoiseTerms | None = None,
        receiver: ReceiverTerms | None = None,
        name: str = "plc",
    ) -> None:
        self.terms = terms or FeederChannelTerms()
        phases = [1] * len(node_of_place) if phase_of_place is None else phase_of_place
        self._feeder = FeederPaths(lines, node_of_place, phases, self.terms)
        process = NoiseProcess(noise or NoiseTerms(), streams, f"{name}/noise")
        super().__init__(self._feeder, process, receiver or ReceiverTerms())
        self._pending: dict[int, complex | None] = {}
        self._epoch = -1

    def set_load(self, place: int, state: str) -> None:
        """A home's load changes; counts from the next refresh on, when others ask for their answers anew.

        Raises:
            ChannelTermsError: no such state.
        """
        if state not in self.terms.loads:
            raise ChannelTermsError(
                f"there is no state of loads {state!r}; there are {', '.join(self.terms.loads)}"
            )
        self._pending[place] = self.terms.loads[state]

    def gains_db(self, tx: int, rx: int) -> tuple[float, ...]:
        """Of one link by carrier, as the loads are that count now; for reports and tests."""
        return tuple(float(gain) for gain in self._feeder.gains_db(tx)[rx])

    def next_change_s(self, now_s: float) -> float:
        """The next edge of a burst, hour or refresh."""
        return min(super().next_change_s(now_s), (self._epoch_of(now_s) + 1) * self.terms.refresh_s)

    def _epoch_of(self, now_s: float) -> int:
        return math.floor(now_s / self.terms.refresh_s)

    def _refresh(self, now_s: float) -> None:
        epoch = self._epoch_of(now_s)
        if epoch <= self._epoch:
            return
        self._epoch = epoch
        changes = [self._feeder.set_load(place, ohm) for place, ohm in self._pending.items()]
        self._pending.clear()
        if any(changes):
            self._forget()
