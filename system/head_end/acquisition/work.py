"""A visit's work by meter: one session does all that is due at a meter; orders go before everything else."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from system.head_end.desk import Gap, MeterTarget, OrderWork, Visit


@dataclass(slots=True)
class MeterWork:
    """What is due at one meter."""

    meter: MeterTarget
    orders: list[OrderWork] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    clock: bool = False
    events: list[Gap] = field(default_factory=list)

    @property
    def profiles(self) -> tuple[str, ...]:
        """Profiles and logs that will be read, each once."""
        return tuple(dict.fromkeys(gap.profile for gap in (*self.gaps, *self.events)))


def stages(visit: Visit) -> list[list[MeterWork]]:
    """The work in stages; within one, meters may be spoken with at once.

    A lone meter has one stage: what is due there is done in one session. Behind a concentrator no meter's
    readings keep another meter's order waiting.
    """
    whole = works_of(visit.orders, visit.gaps, visit.clocks, visit.events)
    if len(whole) <= 1:
        return [whole] if whole else []
    first = works_of(orders=visit.orders)
    rest = works_of((), visit.gaps, visit.clocks, visit.events)
    return [stage for stage in (first, rest) if stage]


def works_of(
    orders: Iterable[OrderWork] = (),
    gaps: Iterable[Gap] = (),
    clocks: Iterable[MeterTarget] = (),
    events: Iterable[Gap] = (),
) -> list[MeterWork]:
    """What is due, by meter, in the order in which meters are first named."""
    works: dict[int, MeterWork] = {}

    def at(meter: MeterTarget) -> MeterWork:
        return works.setdefault(meter.device_id, MeterWork(meter))

    for order in orders:
        at(order.meter).orders.append(order)
    for gap in gaps:
        at(gap.meter).gaps.append(gap)
    for meter in clocks:
        at(meter).clock = True
    for log in events:
        at(log.meter).events.append(log)
    return list(works.values())
