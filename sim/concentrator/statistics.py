"""Statistics of each meter: attempts, latency, last contact, age of its values (R6.2-07)."""

from dataclasses import dataclass

from sim.kernel.medium import NodeEntry, NodeStatistics


@dataclass(slots=True)
class Counts:
    """Of one meter, since the power came.

    Attributes:
        attempts: conversations begun.
        successes: of them, with an answer.
        last_contact_s: when it answered last, device s; None: never.
        latency_total_s: of the successes together.
        latency_max_s: of the slowest one.
        lost: how often the wire gave it up.
    """

    attempts: int = 0
    successes: int = 0
    last_contact_s: float | None = None
    latency_total_s: float = 0.0
    latency_max_s: float = 0.0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class MeterStatistics:
    """Statistics of one meter for pages and messages.

    Args:
        serial: whose.
        attempts: conversations begun.
        successes: of them, with an answer.
        success_percent: share of them; None before the first attempt.
        latency_mean_s: of the successes; None before the first.
        latency_max_s: of the slowest.
        last_contact_s: when it answered last, device s; None: never.
        level: hops to the base node; None where it is not registered on the wire.
        path: modems between it and the base node, in hexadecimal, the nearest to it first.
        retries: transmissions beyond the first.
        lost: how often the wire gave it up.
    """

    serial: str
    attempts: int
    successes: int
    success_percent: float | None
    latency_mean_s: float | None
    latency_max_s: float
    last_contact_s: float | None
    level: int | None
    path: tuple[str, ...]
    retries: int
    lost: int


class Statistics:
    """Of all meters, by serial."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, Counts] = {}

    def clear(self) -> None:
        """Forget everything, as a power cut does."""
        self._counts.clear()

    def of(self, serial: str) -> Counts:
        """Counts of a meter."""
        return self._counts.setdefault(serial, Counts())

    def attempt(self, serial: str, succeeded: bool, now_s: float, latency_s: float) -> None:
        """A conversation ended."""
        counts = self.of(serial)
        counts.attempts += 1
        if succeeded:
            counts.successes += 1
            counts.last_contact_s = now_s
            counts.latency_total_s += latency_s
            counts.latency_max_s = max(counts.latency_max_s, latency_s)

    def heard(self, serial: str, now_s: float) -> None:
        """Something came from a meter unasked."""
        self.of(serial).last_contact_s = now_s

    def lost(self, serial: str) -> None:
        """The wire gave a meter up."""
        self.of(serial).lost += 1

    def report(
        self, serial: str, eui48: bytes, topology: dict[bytes, NodeEntry], wire: NodeStatistics
    ) -> MeterStatistics:
        """Everything of one meter."""
        counts, entry = self.of(serial), topology.get(eui48)
        return MeterStatistics(
            serial=serial,
            attempts=counts.attempts,
            successes=counts.successes,
            success_percent=100 * counts.successes / counts.attempts if counts.attempts else None,
            latency_mean_s=counts.latency_total_s / counts.successes if counts.successes else None,
            latency_max_s=counts.latency_max_s,
            last_contact_s=counts.last_contact_s,
            level=None if entry is None or entry.lnid is None else entry.level,
            path=path(eui48, topology),
            retries=wire.retries,
            lost=counts.lost,
        )


def path(eui48: bytes, topology: dict[bytes, NodeEntry]) -> tuple[str, ...]:
    """The switches between a node and the base node, the nearest to it first; never longer than the table."""
    found: list[str] = []
    entry = topology.get(eui48)
    while entry is not None and entry.parent is not None and len(found) < len(topology):
        found.append(entry.parent.hex())
        entry = topology.get(entry.parent)
    return tuple(found)
