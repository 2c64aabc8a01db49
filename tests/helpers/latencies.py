"""How long it takes, in device time, from asking to the answer, and from an event to the books (R4-02)."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from collecting import TERMS

from system.head_end.vocabulary import ENDED, OrderKind, OrderState

#: As `amibench system collect` looks for work.
IDLE_S = 5.0


@dataclass(frozen=True, slots=True)
class Delays:
    """Delays of one kind, s, in order of size."""

    name: str
    seconds: tuple[float, ...]

    def part(self, share: float) -> float:
        """The delay that this share of them does not exceed (nearest rank)."""
        return self.seconds[max(0, -(-int(share * 1000) * len(self.seconds) // 1000) - 1)]

    def line(self) -> str:
        """For people."""
        parts = "   ".join(f"p{share * 100:.0f} {self.part(share):6.2f} s" for share in (0.5, 0.95, 0.99))
        return f"{self.name:44} {parts}   of {len(self.seconds)}"


def of_reads(name: str, bench: Any, targets: Sequence[Any], many: int) -> Delays:
    """Registers read on demand, asked for at random instants, one every 40 s about."""
    random_ = random.Random(11)
    asked: dict[Any, float] = {}
    ended: dict[Any, float] = {}
    report = bench.store.report

    def watched(lease: Any, order: Any) -> None:
        report(lease, order)
        if order.state in ENDED:
            assert order.state is OrderState.DONE, order
            ended[order.order_id] = bench.clock.now_s() - asked[order.order_id]

    def ask() -> None:
        target = random_.choice(targets)
        deadline = bench.utc() + timedelta(hours=1)
        order_id = bench.store.add_order(OrderKind.READ, target, deadline, obis=["1.0.1.8.0", "1.0.12.7.0"])
        asked[order_id] = bench.clock.now_s()

    bench.store.report = watched
    _while_at_work(bench, ask, many, random_)
    assert len(ended) == many, f"{many - len(ended)} of {many} reads did not end"
    return Delays(name, tuple(sorted(ended.values())))


def of_events(name: str, bench: Any, tell: Callable[[int], str], many: int) -> Delays:
    """Events of a device, told at random instants, until they are kept.

    Args:
        bench: see `collecting.Bench`.
        tell: makes the device tell something; takes a number, gives the text that the event bears.
        many: how many.
    """
    random_ = random.Random(12)
    told: dict[str, float] = {}
    kept: dict[str, float] = {}
    keep = bench.store.keep_events

    def watched(lease: Any, rows: Sequence[Any], cursor: int | None = None) -> int:
        for row in rows:
            if row.detail in told:
                kept.setdefault(row.detail, bench.clock.now_s() - told[row.detail])
        return int(keep(lease, rows, cursor))

    def happen() -> None:
        told[tell(len(told))] = bench.clock.now_s()

    bench.store.keep_events = watched
    _while_at_work(bench, happen, many, random_)
    assert len(kept) == many, f"{many - len(kept)} of {many} events were not kept"
    return Delays(name, tuple(sorted(kept.values())))


def _while_at_work(bench: Any, what: Callable[[], None], many: int, random_: random.Random) -> None:
    after_s = 60.0
    for _ in range(many):
        after_s += random_.uniform(10.0, 70.0)
        bench.world.env.timeout(after_s).callbacks.append(lambda _: what())
    bench.settings = replace(TERMS, idle_s=IDLE_S)
    bench.work("one", after_s + 600.0)
