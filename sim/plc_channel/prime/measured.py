"""What the model gives in the set-ups of the published points; figures only, judged in `validation`."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from statistics import fmean, linear_regression, median

from sim.kernel.medium import NodeState
from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.model import BASE_PLACE
from sim.plc_channel.phy.modem import phy_of
from sim.plc_channel.prime.branches import BranchChannel, BranchTerms
from sim.plc_channel.prime.ideal import TableChannel, ThresholdPhy
from sim.plc_channel.prime.setups import R5_EXCHANGES, R5_TERMS, Plant, Reading, chain
from sim.plc_channel.prime.terms import PrimeTerms, prime_terms

#: numbers of meters of R5 to R7
R5_METERS = (5, 10, 15, 20)
#: octets of the request, of the response, and s of thinking, of the computed table of round trips
EXCHANGES = {"token": (60, 20, 0.5), "register": (20, 30, 0.3), "profile": (71, 484, 0.5)}
_CYCLES, _SEEDS = 6, 8
#: a spacing that is no whole number of frames: the exchanges begin anywhere in one
_UNEVEN_S = 3.37

#: grids whose topology was published in R10 and whose cables were not: only these numbers are fitted
FIELD_GRIDS = {
    "20": (20, BranchTerms(branches=4, base_db=40.0, node_db=40.0, section_db=3.9, shadow_db=3.0)),
    "88": (88, BranchTerms(branches=8, base_db=16.0, node_db=36.0, section_db=3.9, shadow_db=4.0)),
    "92": (92, BranchTerms(branches=10, base_db=35.0, node_db=40.0, section_db=3.5, shadow_db=3.0)),
}


@cache
def polling(count: int, turnaround_s: float = 0.05, cfp_symbols: int = 0) -> Reading:
    """R5 and R6: `count` meters read one after the other, cycle after cycle, no losses."""
    terms = prime_terms({**R5_TERMS, "turnaround_s": turnaround_s, "cfp_symbols": cfp_symbols})
    return Plant(count, terms=terms).read(R5_EXCHANGES, cycles=_CYCLES)


@cache
def polling_line(turnaround_s: float = 0.05) -> tuple[float, float]:
    """R5: seconds for each meter, and seconds besides."""
    cycles_s = [polling(count, turnaround_s).cycle_s[0] for count in R5_METERS]
    slope, intercept = linear_regression(R5_METERS, cycles_s)
    return slope, intercept


@cache
def registration_s(count: int) -> float:
    """R7: until the last of `count` nodes is registered, all there before the base node; mean of seeds."""
    found = []
    for seed in range(1, _SEEDS + 1):
        plant = Plant(count, seed=seed)
        plant.env.run(60.0)
        found.append(plant.all_registered_s() or float("inf"))
    return fmean(found)


@cache
def round_trip_s(exchange: str, scheme: str, hops: int) -> float:
    """Mean round trip over so many switches, no losses."""
    plant = chain(hops, scheme)
    reading = plant.read([EXCHANGES[exchange]], cycles=40, begin_s=600.0, gap_s=_UNEVEN_S, meters=[hops])
    return reading.mean_s


@dataclass(frozen=True, slots=True)
class Topology:
    """How a network arranged itself.

    Args:
        levels: nodes of each level.
        switches: nodes that are switches.
        missing: nodes that are not registered.
    """

    levels: tuple[int, ...]
    switches: int
    missing: int

    @property
    def depth(self) -> int:
        """The highest level."""
        return len(self.levels) - 1


def topology(plant: Plant) -> Topology:
    """That of a plant now."""
    rows = [row for row in plant.rows() if row.state is not NodeState.DISCONNECTED]
    counts = Counter(row.level for row in rows)
    levels = tuple(counts[level] for level in range(max(counts, default=0) + 1))
    return Topology(levels, sum(row.state is NodeState.SWITCH for row in rows), len(plant.euis) - len(rows))


def field_plant(grid: str, seed: int = 1) -> Plant:
    """R10: a network of the size and reach of a published one, an hour after it was switched on."""
    count, terms = FIELD_GRIDS[grid]
    phy = phy_of(PrimeTerms().scheme)
    plant = Plant(count, BranchChannel(terms, phy, count, RandomStreams(seed)), phy, seed=seed)
    plant.env.run(3600.0)
    return plant


@cache
def field_topology(grid: str, seed: int = 1) -> Topology:
    """R10: how it arranged itself."""
    return topology(field_plant(grid, seed))


@cache
def set_spacing_s() -> float:
    """R13: seconds from one short exchange with a meter of the field to the next."""
    plant = field_plant("20")
    return plant.read([EXCHANGES["token"]], cycles=8, gap_s=0.0, meters=[7]).mean_s


@cache
def seconds_a_meter(grid: str) -> float:
    """R14: reading all meters of a network like those of the field, one after the other."""
    plant = field_plant(grid)
    reading = plant.read(R5_EXCHANGES, gap_s=0.0)
    return sum(reading.cycles_s) / len(plant.euis)


@cache
def contact_age_s() -> float:
    """R15: median age of the last contact with 86 nodes that are only kept alive."""
    plant = Plant(86)
    plant.env.run(7200.0)
    return median(7200.0 - (row.last_heard_s or 0.0) for row in plant.rows())


def bad_grid(count: int = 12, broken: int = 5) -> Plant:
    """PLC-11: poles in a row; each hears its neighbours only, and nobody hears beyond pole `broken`."""
    places = range(BASE_PLACE, count)
    deaf = {
        (one, other): -50.0
        for one in places
        for other in places
        if abs(one - other) > 1 or (one < broken) != (other < broken)
    }
    phy = ThresholdPhy()
    return Plant(count, TableChannel(phy, 8.0, deaf), phy, PrimeTerms())
