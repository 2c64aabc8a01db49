"""What orders do at a meter: read now, hand over a token, switch the relay, set the clock, change a plan."""

from collections.abc import Callable, Generator
from typing import Any

from simpy import Event

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.control import DisconnectControl
from protocols.dlms.cosem.enumerations import TokenStatusCode
from protocols.dlms.cosem.payment import TokenGateway
from protocols.dlms.session import Operation, SessionEngine
from protocols.dlms.session_errors import ActionRefused
from sim.concentrator.collector import Collector
from sim.concentrator.errors import TermsError
from sim.concentrator.meter_work import read_values
from sim.concentrator.orders import Order, Outcome, Worker
from sim.concentrator.plans import DEFAULT_PLANS, Plan, Task, parse_plan
from sim.concentrator.registry import MeterRecord
from sim.concentrator.southbound import Urgency
from sim.concentrator.storage import StorageFullError
from sim.concentrator.visits import Visits

TOKEN_GATEWAY, SWITCH = "0.0.19.40.0", "0.0.96.3.10"
_ENTER, _LAST, _DESCRIPTION, _STATUS = 1, 2, 4, 6
_METHOD_OF_SWITCH = {"open": 1, "close": 2}
#: What a token gateway calls a token that it took before: the name of IEC 62055-41; others may differ [M].
_USED = "UsedError"
Ends = Generator[Event, Any, Outcome]


def workers(
    visits: Visits, collector: Collector, utc_s: Callable[[], int], change_plan: Callable[[Plan], None]
) -> dict[str, Worker]:
    """Kind of order -> what does it."""

    def at(meter: MeterRecord, work: Callable[[SessionEngine], Operation[Outcome]]) -> Ends:
        return (yield from visits.at(meter.eui48, meter.serial, work, Urgency.ORDER))

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
