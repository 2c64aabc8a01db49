"""Set-ups of the published points: a base node, meters, and something that reads them."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from statistics import fmean, pstdev

from simpy import Environment, Event

from sim.kernel.medium import LpduReceived, NodeEntry, SendFailed, WireEvent
from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.model import BASE_PLACE, Channel
from sim.plc_channel.prime.ideal import TableChannel, ThresholdPhy
from sim.plc_channel.prime.journal import Entry, Happening
from sim.plc_channel.prime.medium import PrimeMedium
from sim.plc_channel.prime.seams import Phy
from sim.plc_channel.prime.terms import PrimeTerms

#: octets of request and response, and what the meter thinks about it: the two exchanges of R5
R5_EXCHANGES = ((71, 484, 0.5), (14, 512, 0.5))
#: each node is asked once in 120 s, as R5 has it
R5_TERMS = {"alive_period_s_min": 120.0, "alive_spacing_s": 1.0}
FIRST_POLL_S, CYCLE_GAP_S = 300.0, 9.0


@dataclass(slots=True)
class Reading:
    """What a round of readings gave.

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
        terms: PrimeTerms | None = None,
        seed: int = 1,
        *,
        frame_by_frame: bool = False,
    ) -> None:
        terms = terms or PrimeTerms()
        phy = phy or ThresholdPhy(terms.scheme)
        self.env = Environment()
        self.medium = PrimeMedium(
            self.env,
            RandomStreams(seed),
            channel or TableChannel(phy),
            terms,
            phy=phy,
            frame_by_frame=frame_by_frame,
        )
        self.network = self.medium.network
        self.registered_s: dict[bytes, float] = {}
        self.events: list[tuple[float, WireEvent]] = []
        self.reply = (0, 0.0)
        self._waiting: Event | None = None
        self.network.journal.listeners.append(self._note)
        self.euis = [(0x020000000000 + number).to_bytes(6, "big") for number in range(1, count + 1)]
        self.nodes = [
            self.medium.node(eui48, self._meter(number), place=number)
            for number, eui48 in enumerate(self.euis)
        ]
        self.base = self.medium.base(self._event)

    # ------------------------------------------------------------ what happens

    def _note(self, entry: Entry) -> None:
        if entry.what is Happening.REGISTER:
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
        PrimeTerms(scheme=scheme, sar_size=sar_size, **terms),  # type: ignore[arg-type]
        seed,
    )
