"""Orders of the head-end: done once, whatever is repeated, and whatever the power does in between.

The id of an order is its caller's; an order that comes again is the same order. What an order is and how far
it came is kept in the memory. After a power cut an order that was under way begins again: reading, setting a
clock and switching a relay lead to the same end twice, and a meter itself refuses a token that it took
before, which then counts as taken.
"""

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from simpy import Environment, Event

from protocols.dlms.errors import DlmsError
from sim.concentrator.batches import Value
from sim.concentrator.errors import OrderError, UnreachableError
from sim.concentrator.events import EventLog
from sim.concentrator.nvm import Nvm
from sim.concentrator.registry import MeterRecord, Registry

Steps = Generator[Event, Any, Any]
_SLOT = "orders"
#: Finished orders that are remembered; older ones are forgotten.
_REMEMBERED_MAX = 500
#: Tries at a meter that cannot be reached, and the pause between them (S12 RetryDisconMeter 6).
_TRIES = 6
_PAUSE_S = 60.0

#: States from which an order does not move any more.
FINAL = frozenset({"done", "failed", "expired", "unknown"})


@dataclass(frozen=True, slots=True)
class Order:
    """One order.

    Args:
        order: its caller's id.
        kind: ``read``, ``token``, ``relay``, ``clock`` or ``plan``.
        serial: of the meter; empty where it is for the concentrator.
        args: what else it says.
        state: ``queued``, ``running``, or one of `FINAL`.
        result: a few words; empty before the end.
        attempts: tries so far.
        values: what was read: OBIS code, value, instant s since 1970.
    """

    order: str
    kind: str
    serial: str
    args: Mapping[str, Any] = field(default_factory=dict)
    state: str = "queued"
    result: str = ""
    attempts: int = 0
    values: tuple[tuple[str, Value, int], ...] = ()

    def same_as(self, other: "Order") -> bool:
        """Whether both ask for the same."""
        return (self.kind, self.serial, dict(self.args)) == (other.kind, other.serial, dict(other.args))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an order ended at the meter."""

    state: str
    result: str
    values: tuple[tuple[str, Value, int], ...] = ()


#: Does an order at its meter; the meter is None where it is for the concentrator.
Worker = Callable[[Order, MeterRecord | None], Generator[Event, Any, Outcome]]


class Orders:
    """The orders of one concentrator, one after the other.

    Args:
        env: the world's environment.
        memory: where they are kept.
        registry: the meters.
        events: where their ends are told.
        utc_s: time of the concentrator's clock.
        workers: kind -> what does it.

    Attributes:
        on_done: told of each order that came to its end.
    """

    __slots__ = (
        "_env",
        "_events",
        "_memory",
        "_orders",
        "_registry",
        "_utc_s",
        "_waker",
        "_workers",
        "on_done",
    )

    def __init__(
        self,
        env: Environment,
        memory: Nvm,
        registry: Registry,
        events: EventLog,
        utc_s: Callable[[], int],
        workers: Mapping[str, Worker],
    ) -> None:
        self._env = env
        self._memory = memory
        self._registry = registry
        self._events = events
        self._utc_s = utc_s
        self._workers = workers
        self._orders: dict[str, Order] = {}
        self._waker: Event | None = None
        self.on_done: Callable[[Order], object] = lambda order: None

    def load(self) -> None:
        """Take up what the memory holds; what was under way waits again."""
        kept = json.loads(self._memory.get(_SLOT) or "[]")
        found = [Order(**{**row, "values": tuple(map(tuple, row["values"]))}) for row in kept]
        self._orders = {
            order.order: replace(order, state="queued") if order.state == "running" else order
            for order in found
        }
        self._waker = None

    def __len__(self) -> int:
        return len(self._orders)

    @property
    def waiting(self) -> int:
        """Orders that have not come to their end."""
        return sum(order.state not in FINAL for order in self._orders.values())

    def all(self) -> tuple[Order, ...]:
        """Every order that is remembered, oldest first."""
        return tuple(self._orders.values())

    def find(self, order: str) -> Order:
        """An order by its id.

        Raises:
            OrderError: ``unknown-order``.
        """
        if order not in self._orders:
            raise OrderError("unknown-order", f"no order {order[:40]!r} is known here")
        return self._orders[order]

    def place(self, order: Order) -> Order:
        """Take an order; one that came before is given as it stands.

        Raises:
            OrderError: ``id-reused``: the id came before with another content; ``unknown-meter`` or
                ``refused``: it cannot be done.
        """
        known = self._orders.get(order.order)
        if known is not None:
            if not known.same_as(order):
                raise OrderError("id-reused", f"order {order.order[:40]!r} came before with another content")
            return known
        if order.kind not in self._workers:
            raise OrderError("refused", f"there is no order {order.kind[:20]!r}")
        if order.serial and not self._registry.find(order.serial).is_registered:
            raise OrderError("refused", f"meter {order.serial} is not registered")
        self._put(order)
        self._wake()
        return order

    def run(self) -> Steps:
        """Do what waits, for ever."""
        while True:
            order = next((item for item in self._orders.values() if item.state == "queued"), None)
            if order is None:
                self._waker = self._env.event()
                yield self._waker
            else:
                yield from self._carry_out(order)

    # ------------------------------------------------------------ inside

    def _carry_out(self, order: Order) -> Steps:
        expires_s = order.args.get("expires_utc_s")
        for number in range(_TRIES):
            if expires_s is not None and self._utc_s() > expires_s:
                self._end(order, Outcome("expired", "too late"))
                return
            order = replace(order, state="running", attempts=order.attempts + 1)
            self._put(order)
            meter = self._registry.by_serial(order.serial) if order.serial else None
            try:
                outcome = yield from self._workers[order.kind](order, meter)
            except (UnreachableError, DlmsError) as error:
                outcome = Outcome("failed", str(error))
            else:
                self._end(order, outcome)
                return
            if number < _TRIES - 1:
                yield self._env.timeout(_PAUSE_S)
        self._end(order, outcome)

    def _end(self, order: Order, outcome: Outcome) -> None:
        ended = replace(order, state=outcome.state, result=outcome.result, values=outcome.values)
        self._put(ended)
        name = "order-done" if outcome.state == "done" else "order-failed"
        self._events.tell(name, order.serial, f"{order.kind} {order.order}: {outcome.result}")
        self.on_done(ended)

    def _put(self, order: Order) -> None:
        self._orders[order.order] = order
        finished = [item.order for item in self._orders.values() if item.state in FINAL]
        for name in finished[: max(0, len(finished) - _REMEMBERED_MAX)]:
            del self._orders[name]
        self._memory.put(_SLOT, json.dumps([asdict(item) for item in self._orders.values()]))

    def _wake(self) -> None:
        waker, self._waker = self._waker, None
        if waker is not None:
            waker.succeed()
