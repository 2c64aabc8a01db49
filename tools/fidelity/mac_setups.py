"""Set-ups of the MAC's published points.

A base node, meters, a reader, and the figures that the model gives there.
"""

import math
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from statistics import fmean, linear_regression, median, pstdev

from simpy import Environment, Event

from sim.kernel.medium import LpduReceived, NodeEntry, NodeState, SendFailed, WireEvent
from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.interface import BASE_PLACE, Channel
from sim.plc_channel.phy.modem import airtime_ms, phy_of
from sim.plc_channel.prime.beacons import BeaconWatch
from sim.plc_channel.prime.interfaces import Phy
from sim.plc_channel.prime.medium import PrimeMedium
from sim.plc_channel.prime.network import LogEntry, LogEvent, Network
from sim.plc_channel.prime.settings import PrimeSettings, prime_settings

# ---- channel and modem without physics


class ThresholdPhy:
    """Fits `seams.Phy`: published airtimes; no errors from a threshold on, nothing but errors below.

    Args:
        scheme: the modulation.
        threshold_db: SNR at and above which a frame arrives.
        floor: share of frames that get lost nevertheless.
    """

    __slots__ = ("_floor", "_scheme", "_threshold_db")

    def __init__(self, scheme: str = "DBPSK_C", threshold_db: float = 3.5, floor: float = 0.0) -> None:
        self._scheme = scheme
        self._threshold_db = threshold_db
        self._floor = floor

    def airtime_s(self, octets: int) -> float:
        """Preamble, header and payload."""
        return airtime_ms(self._scheme, octets) * 1e-3

    def error_rate(self, octets: int, snr_db: float) -> float:
        """The floor, or all."""
        return self._floor if snr_db >= self._threshold_db else 1.0


class TableChannel:
    """Fits `channel.model.Channel`: one ratio for all links, save those named.

    Args:
        phy: turns a ratio into losses.
        snr_db: of every link.
        links: (sender, listener) -> ratio, for those that differ.
        audible_db: ratio from which on a transmission is noticed.
    """

    __slots__ = ("_audible_db", "_links", "_phy", "_snr_db")

    def __init__(
        self,
        phy: Phy,
        snr_db: float = 40.0,
        links: Mapping[tuple[int, int], float] | None = None,
        audible_db: float = 0.0,
    ) -> None:
        self._phy = phy
        self._snr_db = snr_db
        self._links = dict(links or {})
        self._audible_db = audible_db

    def snr_db(self, tx: int, rx: int, now_s: float) -> float:
        """As the table says."""
        return self._links.get((tx, rx), self._snr_db)

    def next_change_s(self, now_s: float) -> float:
        """Never."""
        return math.inf

    def audible(self, tx: int, rx: int, now_s: float) -> bool:
        """True if the ratio is high enough."""
        return self.snr_db(tx, rx, now_s) >= self._audible_db

    def frame_error(
        self, scheme: str, octets: int, tx: int, rx: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """As the modem's error rate says."""
        return draw < self._phy.error_rate(octets, self.snr_db(tx, rx, begin_s))


# ---- branches of meters


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
        """True if the ratio is high enough."""
        return self.snr_db(tx, rx, now_s) >= self._audible_db

    def frame_error(
        self, scheme: str, octets: int, tx: int, rx: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """As the modem's error rate says."""
        return draw < self._phy.error_rate(octets, self.snr_db(tx, rx, begin_s))


# ---- plant

#: octets of request and response, and what the meter thinks about it: the two exchanges of R5
R5_EXCHANGES = ((71, 484, 0.5), (14, 512, 0.5))
#: each node is asked once in 120 s, as R5 has it
R5_TERMS = {"alive_period_s_min": 120.0, "alive_spacing_s": 1.0}
FIRST_POLL_S, CYCLE_GAP_S = 300.0, 9.0


@dataclass(slots=True)
class Reading:
    """Result of a round of readings.

    Args:
        cycles_s: from the beginning of each cycle to that of the next, the gap included.
        round_trips_s: of every exchange that was answered.
        failed: exchanges that were not.
    """

    cycles_s: list[float] = field(default_factory=list)
    round_trips_s: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def mean_s(self) -> float:
        """Mean round trip."""
        return fmean(self.round_trips_s)

    def quantile_s(self, share: float) -> float:
        """The round trip that so many do not exceed."""
        ordered = sorted(self.round_trips_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def cycle_s(self) -> tuple[float, float]:
        """Mean and standard deviation of a cycle."""
        return fmean(self.cycles_s), pstdev(self.cycles_s)


class Plant:
    """A network of meters that answer every request after a while.

    Args:
        count: meters; the n-th has place n.
        channel: the wire; None for one on which everybody hears everybody.
        phy: the modem; None for one without errors in the modulation of the terms.
        terms: parameters.
        seed: of the world.
    """

    def __init__(
        self,
        count: int,
        channel: Channel | None = None,
        phy: Phy | None = None,
        terms: PrimeSettings | None = None,
        seed: int = 1,
        *,
        watch: Callable[[Network], BeaconWatch] = BeaconWatch,
    ) -> None:
        terms = terms or PrimeSettings()
        phy = phy or ThresholdPhy(terms.scheme)
        self.env = Environment()
        self.medium = PrimeMedium(
            self.env,
            RandomStreams(seed),
            channel or TableChannel(phy),
            terms,
            phy=phy,
            watch=watch,
        )
        self.network = self.medium.network
        self.registered_s: dict[bytes, float] = {}
        self.events: list[tuple[float, WireEvent]] = []
        self.reply = (0, 0.0)
        self._waiting: Event | None = None
        self.network.log.listeners.append(self._note)
        self.euis = [(0x020000000000 + number).to_bytes(6, "big") for number in range(1, count + 1)]
        self.nodes = [
            self.medium.node(eui48, self._meter(number), place=number)
            for number, eui48 in enumerate(self.euis)
        ]
        self.base = self.medium.base(self._event)

    # ------------------------------------------------------------ what happens

    def _note(self, entry: LogEntry) -> None:
        if entry.what is LogEvent.REGISTER:
            self.registered_s.setdefault(entry.eui48, entry.at_s)

    def _event(self, event: WireEvent) -> None:
        self.events.append((float(self.env.now), event))
        if self._waiting is not None and isinstance(event, (LpduReceived, SendFailed)):
            waiting, self._waiting = self._waiting, None
            waiting.succeed(event)

    def _meter(self, number: int) -> Callable[[bytes], None]:
        def on_lpdu(lpdu: bytes) -> None:
            octets, thinks_s = self.reply
            if octets:
                self.network.later(thinks_s, lambda: self.nodes[number].send(bytes(octets)))

        return on_lpdu

    # ------------------------------------------------------------ what is measured

    def all_registered_s(self) -> float | None:
        """When the last meter registered for the first time; None while one is missing."""
        return max(self.registered_s.values()) if len(self.registered_s) == len(self.euis) else None

    def rows(self) -> tuple[NodeEntry, ...]:
        """The base node's table."""
        return self.base.topology()

    def read(
        self,
        exchanges: Sequence[tuple[int, int, float]],
        *,
        cycles: int = 1,
        begin_s: float = FIRST_POLL_S,
        gap_s: float = CYCLE_GAP_S,
        meters: Sequence[int] | None = None,
    ) -> Reading:
        """Read meters one after the other, cycle after cycle; moves the world.

        Args:
            exchanges: octets of the request, of the response, and s that the meter takes, of each exchange.
            cycles: rounds.
            begin_s: world seconds at which to begin, if they are not over.
            gap_s: between two rounds.
            meters: which; None for all.
        """
        reading = Reading()
        self.env.run(max(begin_s, float(self.env.now) + 1e-6))
        self.env.run(self.env.process(self._cycles(reading, exchanges, cycles, gap_s, meters)))
        return reading

    def _cycles(
        self,
        reading: Reading,
        exchanges: Sequence[tuple[int, int, float]],
        cycles: int,
        gap_s: float,
        meters: Sequence[int] | None,
    ) -> Generator[Event, WireEvent, None]:
        for _ in range(cycles):
            began_s = float(self.env.now)
            for number in range(len(self.euis)) if meters is None else meters:
                for octets, answer, thinks_s in exchanges:
                    asked_s = float(self.env.now)
                    self.reply = (answer, thinks_s)
                    self._waiting = waiting = self.env.event()
                    self.base.send(self.euis[number], bytes(octets))
                    event = yield waiting
                    if isinstance(event, LpduReceived):
                        reading.round_trips_s.append(float(self.env.now) - asked_s)
                    else:
                        reading.failed += 1
            yield self.env.timeout(gap_s)
            reading.cycles_s.append(float(self.env.now) - began_s)


def chain(hops: int, scheme: str = "DBPSK_C", seed: int = 1, **terms: float) -> Plant:
    """Meters in a row, each heard only by its neighbours: the last one is reached over `hops` switches."""
    places = range(BASE_PLACE, hops + 1)
    deaf = {(one, other): -50.0 for one in places for other in places if abs(one - other) > 1}
    phy = ThresholdPhy(scheme)
    # segments of 64 octets in the slowest mode, as the computed table has it
    sar_size = 4 if scheme == "R_DBPSK" else 0
    return Plant(
        hops + 1,
        TableChannel(phy, links=deaf),
        phy,
        PrimeSettings(scheme=scheme, sar_size=sar_size, **terms),  # type: ignore[arg-type]
        seed,
    )


# ---- figures

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
    terms = prime_settings({**R5_TERMS, "turnaround_s": turnaround_s, "cfp_symbols": cfp_symbols})
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
    """Topology that a network settled into.

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
    phy = phy_of(PrimeSettings().scheme)
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
    return Plant(count, TableChannel(phy, 8.0, deaf), phy, PrimeSettings())
