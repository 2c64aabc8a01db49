"""A feeder in a few numbers: branches of meters, so many decibels each; for topologies and for bad grids.

The real channel is computed from cables and loads; this one is for set-ups whose grid is not known but whose
topology is, so that only the numbers below are fitted.
"""

import math
from dataclasses import dataclass

from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.model import BASE_PLACE
from sim.plc_channel.prime.seams import Phy


@dataclass(frozen=True, slots=True)
class BranchTerms:
    """The feeder.

    Args:
        branches: meters are dealt out to them one after the other.
        base_db: ratio at the base node's first neighbour, in both directions.
        node_db: ratio between two neighbouring meters.
        section_db: lost from one meter to the next.
        branch_db: lost besides between two branches.
        shadow_db: standard deviation of what each meter's own loads add or take.
    """

    branches: int = 1
    base_db: float = 30.0
    node_db: float = 30.0
    section_db: float = 4.0
    branch_db: float = 10.0
    shadow_db: float = 0.0


class BranchChannel:
    """Fits `channel.model.Channel`.

    Args:
        terms: the feeder.
        phy: turns a ratio into losses.
        count: meters.
        streams: give each meter its own loads.
        audible_db: ratio from which on a transmission is noticed.
    """

    __slots__ = ("_audible_db", "_phy", "_shadow_db", "_terms")

    def __init__(
        self, terms: BranchTerms, phy: Phy, count: int, streams: RandomStreams, audible_db: float = 0.0
    ) -> None:
        self._terms = terms
        self._phy = phy
        self._audible_db = audible_db
        self._shadow_db = [
            float(streams.stream(f"feeder/{place}").normal()) * terms.shadow_db for place in range(count)
        ]

    def snr_db(self, tx: int, rx: int, now_s: float) -> float:
        """By distance along the feeder, and the loads of both ends."""
        terms = self._terms
        if BASE_PLACE in (tx, rx):
            place = max(tx, rx)
            return terms.base_db - terms.section_db * (place // terms.branches) + self._shadow_db[place]
        one, other = divmod(tx, terms.branches), divmod(rx, terms.branches)
        shadow_db = (self._shadow_db[tx] + self._shadow_db[rx]) / 2
        if one[1] == other[1]:
            return terms.node_db - terms.section_db * (abs(one[0] - other[0]) - 1) + shadow_db
        distance = one[0] + other[0] + 1
        return terms.node_db - terms.section_db * distance - terms.branch_db + shadow_db

    def next_change_s(self, now_s: float) -> float:
        """Never."""
        return math.inf

    def audible(self, tx: int, rx: int, now_s: float) -> bool:
        """Whether the ratio is high enough."""
        return self.snr_db(tx, rx, now_s) >= self._audible_db

    def frame_error(
        self, scheme: str, octets: int, tx: int, rx: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """As the modem's error rate says."""
        return draw < self._phy.error_rate(octets, self.snr_db(tx, rx, begin_s))
