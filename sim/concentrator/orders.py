"""Orders of the head-end.

Done once, whatever is repeated and whatever the power does in between; what each does at a meter.
"""

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from simpy import Environment, Event

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.control import DisconnectControl
from protocols.dlms.cosem.enumerations import TokenStatusCode
from protocols.dlms.cosem.payment import TokenGateway
from protocols.dlms.errors import DlmsError
from protocols.dlms.session import Operation, SessionEngine
from protocols.dlms.session.errors import ActionRefused
from sim.concentrator.collection import Collector
from sim.concentrator.errors import OrderError, TermsError, UnreachableError
from sim.concentrator.events import EventLog
from sim.concentrator.meter_operations import read_values
from sim.concentrator.meter_sessions import MeterSessions
from sim.concentrator.nvm import Nvm
from sim.concentrator.plans import DEFAULT_PLANS, Plan, Task, parse_plan
from sim.concentrator.registry import MeterRecord, Registry
from sim.concentrator.southbound import Urgency
from sim.concentrator.storage import StorageFullError, StoredValue

# ---- orders

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
    values: tuple[tuple[str, StoredValue, int], ...] = ()

    def same_as(self, other: "Order") -> bool:
        """True if both ask for the same."""
        return (self.kind, self.serial, dict(self.args)) == (other.kind, other.serial, dict(other.args))


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of an order at the meter."""

    state: str
    result: str
    values: tuple[tuple[str, StoredValue, int], ...] = ()


#: Does an order at its meter; the meter is None where it is for the concentrator.
OrderWorker = Callable[[Order, MeterRecord | None], Generator[Event, Any, Outcome]]


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
        workers: Mapping[str, OrderWorker],
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
        self._events.record(name, order.serial, f"{order.kind} {order.order}: {outcome.result}")
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


# ---- work at a meter

TOKEN_GATEWAY, SWITCH = "0.0.19.40.0", "0.0.96.3.10"
_ENTER, _LAST, _DESCRIPTION, _STATUS = 1, 2, 4, 6
_METHOD_OF_SWITCH = {"open": 1, "close": 2}
#: What a token gateway calls a token that it took before: the name of IEC 62055-41; others may differ [M].
_USED = "UsedError"
Ends = Generator[Event, Any, Outcome]


def workers(
    meter_sessions: MeterSessions,
    collector: Collector,
    utc_s: Callable[[], int],
    change_plan: Callable[[Plan], None],
) -> dict[str, OrderWorker]:
    """Kind of order -> what does it."""

    def at(meter: MeterRecord, work: Callable[[SessionEngine], Operation[Outcome]]) -> Ends:
        return (yield from meter_sessions.at(meter.eui48, meter.serial, work, Urgency.ORDER))

    def read(order: Order, meter: MeterRecord | None) -> Ends:
        if meter is None:
            return _no_meter()
        codes = order.args.get("obis") or list(DEFAULT_PLANS[2].obis)
        profiles = tuple(code for code in codes if code.startswith("1.0.99."))
        if profiles:
            plan = Plan("on-demand", Task.PROFILE, profiles, every_s=3600)
            try:
                new = yield from collector.now(meter, (plan,))
            except StorageFullError:
                return Outcome("failed", "storage-full")
            if len(profiles) == len(codes):
                return Outcome("done", f"{new} rows")
        rest = [code for code in codes if code not in profiles]
        return (yield from at(meter, lambda engine: _read(engine, rest, utc_s)))

    def token(order: Order, meter: MeterRecord | None) -> Ends:
        digits = str(order.args.get("token", ""))
        if meter is None or len(digits) != 20 or not (digits.isascii() and digits.isdigit()):
            return Outcome("failed", "a token has 20 digits")
        return (yield from at(meter, lambda engine: _token(engine, digits, again=order.attempts > 1)))

    def relay(order: Order, meter: MeterRecord | None) -> Ends:
        method = _METHOD_OF_SWITCH.get(str(order.args.get("switch")))
        if meter is None or method is None:
            return Outcome("failed", "switch must be open or close")
        return (yield from at(meter, lambda engine: _relay(engine, method)))

    def clock(order: Order, meter: MeterRecord | None) -> Ends:
        if meter is None:
            return _no_meter()
        check = yield from collector.set_clock(meter)
        return Outcome("done", f"{check.action} {check.deviation_s:+.1f} s")

    def plan(order: Order, meter: MeterRecord | None) -> Ends:
        try:
            change_plan(parse_plan(order.args.get("plan") or {}))
        except TermsError as error:
            return Outcome("failed", str(error))
        return Outcome("done", "changed")
        yield  # makes this a process as the others are

    return {"read": read, "token": token, "relay": relay, "clock": clock, "plan": plan}


def _no_meter() -> Outcome:
    return Outcome("failed", "it needs a meter")


def _read(engine: SessionEngine, codes: list[str], utc_s: Callable[[], int]) -> Operation[Outcome]:
    values = yield from read_values(engine, codes)
    missing = [code for code in codes if code not in values]
    rows = tuple((code, value, utc_s()) for code, value in values.items())
    if not values:
        return Outcome("failed", f"not there: {', '.join(missing)}")
    return Outcome("done", f"not there: {', '.join(missing)}" if missing else "read", rows)


def _token(engine: SessionEngine, digits: str, *, again: bool) -> Operation[Outcome]:
    """Hand a token over, unless an earlier try did, and read what became of it."""
    last = yield from engine.get(TokenGateway, TOKEN_GATEWAY, _LAST) if again else _nothing()
    if last != axdr.octet_string(digits.encode()):
        try:
            yield from engine.action(TokenGateway, TOKEN_GATEWAY, _ENTER, axdr.octet_string(digits.encode()))
        except ActionRefused as error:
            return Outcome("failed", str(error))
    status = yield from engine.get(TokenGateway, TOKEN_GATEWAY, _STATUS)
    described = yield from engine.get(TokenGateway, TOKEN_GATEWAY, _DESCRIPTION)
    words = _texts(described)
    code = status.value[0].value if isinstance(status.value, tuple) and status.value else None
    if code == TokenStatusCode.TOKEN_EXECUTION_OK:
        return Outcome("done", " ".join(words) or "accepted")
    if again and _USED in words:
        return Outcome("done", "accepted before")
    name = TokenStatusCode(code).name.lower().replace("_", "-") if isinstance(code, int) else "unknown"
    return Outcome("failed", " ".join(words) or name)


def _nothing() -> Operation[None]:
    return
    yield  # makes this an operation


def _relay(engine: SessionEngine, method: int) -> Operation[Outcome]:
    try:
        yield from engine.action(DisconnectControl, SWITCH, method, axdr.integer(0))
    except ActionRefused as error:
        return Outcome("failed", str(error))
    state = yield from engine.get(DisconnectControl, SWITCH, 2)
    return Outcome("done", "closed" if state.value else "open")


def _texts(described: Data) -> list[str]:
    parts = described.value if isinstance(described.value, tuple) else ()
    return [part.value.decode("ascii", "replace") for part in parts if isinstance(part.value, bytes)]
