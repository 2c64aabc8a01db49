"""Prepayment procedures: credit to work with, a load for a while, and the payment objects of COSEM.

Nothing is assumed of logical names: a credit is found by its class and its type, in whatever list shows
it.

Source: IEC 62056-6-2, Account, Credit, Charge, Token gateway (classes 111, 112, 113, 115)
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from conformance.bench.bench import Bench
from conformance.bench.dlms_session import Dialogue, answers_well, items
from conformance.bench.object_list import ListedObject, listed, of_class
from conformance.bench.outcome import CaseFails
from i18n import Message
from protocols.dlms.axdr import Data, integer
from protocols.dlms.cosem.enumerations import ChargeType, CreditType
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.obis import Obis
from protocols.sts.token import ClearCredit

# ---------------------------------------------------------------- credit and load

ENERGY = "1.0.1.8.0"
DISCONNECT_CONTROL = "0.0.96.3.10"
DISCONNECT, RECONNECT = 1, 2
_CREDIT, _AMOUNT, _CREDIT_TYPE = 112, 2, 3
_CREDIT_INSTANCES = 10
_SHARE_LOAD_A = 10.0
_WS_PER_WH = 3600.0


@dataclass(frozen=True, slots=True)
class Consumed:
    """One stretch of load, as the bench measured it and as the meter registered it."""

    reference_wh: float
    registered_wh: float
    credit_wh: int
    active_pulses: int | None


def with_credit(bench: Bench, units: int) -> None:
    """Give the meter credit, in tenths of a kWh, so that its switch is closed."""
    bench.tokens.must_accept(bench.tokens.credit(units))
    bench.clock.wait(bench.statement.metrology.reconnect_within_s)
    reclose(bench)


def reclose(bench: Bench) -> None:
    """Reconnect by DLMS a meter that declares that it does not close by itself.

    Ready for reconnection it waits for a hand in some modes: an order to disconnect leads out of
    that state first.
    """
    if "self-closing" not in bench.statement.capabilities.absent:
        return
    with bench.associated("reader") as dialogue:
        closed = bool(dialogue.get(70, DISCONNECT_CONTROL, 2).value)
    if not closed:
        with suppress(CaseFails):
            order(bench, DISCONNECT)
        order(bench, RECONNECT)
        bench.clock.wait(bench.statement.metrology.reconnect_within_s)


def order(bench: Bench, method: int) -> None:
    """Order disconnection or reconnection by DLMS.

    Raises:
        CaseFails: the order is refused.
    """
    ordered = {DISCONNECT: Message("disconnect"), RECONNECT: Message("reconnect")}[method]
    with (
        bench.associated("reader") as dialogue,
        answers_well(Message("the order to {ordered}", ordered=ordered)),
    ):
        dialogue.session.action(70, Obis.from_string(DISCONNECT_CONTROL), method, integer(0))
    bench.stimulus(Message("DLMS order: {ordered}", ordered=ordered))


def use_up_share(bench: Bench) -> None:
    """Use up what comes by the clock and goes before tokens, on a meter that declares such a share."""
    if "daily-share" not in bench.statement.capabilities.present or not bench.has("load"):
        return
    with bench.associated("reader") as dialogue:
        left_wh = sum(_share_wh(dialogue, instance) for instance in range(1, _CREDIT_INSTANCES))
    if left_wh <= 0:
        return
    bench.stations.load(_SHARE_LOAD_A)
    power_w = bench.load.read().power_w
    if power_w > 0:
        bench.clock.wait(left_wh * _WS_PER_WH / power_w)
    bench.stations.load(0.0)
    bench.note(Message("{left_wh} Wh of the day's share are used up", left_wh=left_wh))


def _share_wh(dialogue: Dialogue, instance: int) -> int:
    """Remainder of a time-based credit; nothing in any other, or where there is none."""
    name = f"0.0.19.10.{instance}"
    try:
        timed = dialogue.integer(_CREDIT, name, _CREDIT_TYPE) == CreditType.TIME_BASED
        return dialogue.integer(_CREDIT, name, _AMOUNT) if timed else 0
    except RemoteProtocolError:
        return 0


def credit_wh(bench: Bench) -> int:
    """The meter's credit, which these cases cannot do without."""
    found = bench.tokens.credit_wh()
    if found is None:
        raise bench.not_applicable(Message("credit cannot be read"))
    return found


def energy_wh(bench: Bench) -> float:
    """The meter's register of imported active energy, Wh."""
    with bench.associated("reader") as dialogue:
        register = dialogue.register(ENERGY)
    bench.measure("energy", register.raw, f"10^{register.scaler} {register.unit}")
    bench.observe(Message("energy: {value:g} Wh", value=register.value))
    return register.value


def consume(bench: Bench, current_a: float, phase_deg: float, seconds: float) -> Consumed:
    """Let a load flow for a while; the reference is the load station's power over the clock's time."""
    pulses_before = bench.pulses.read().active if bench.has("pulses") else None
    energy_before, credit_before = energy_wh(bench), credit_wh(bench)
    bench.stations.load(current_a, phase_deg)
    began_s = bench.clock.now_s()
    bench.clock.wait(seconds)
    reading = bench.load.read()
    bench.stations.load(0.0)
    elapsed_s = bench.clock.now_s() - began_s
    reference_wh = reading.power_w * elapsed_s / _WS_PER_WH
    bench.measure("load power", f"{reading.power_w:.3f}", "W")
    bench.measure("reference energy", f"{reference_wh:.3f}", "Wh")
    energy_after, credit_after = energy_wh(bench), credit_wh(bench)
    pulses = bench.pulses.read().active - pulses_before if pulses_before is not None else None
    if pulses is not None:
        bench.measure("pulses", pulses, "imp")
    return Consumed(reference_wh, energy_after - energy_before, credit_before - credit_after, pulses)


def flows(bench: Bench) -> bool:
    """True if current really flows in the load."""
    current_a = bench.load.read().current_a
    bench.measure("load current", f"{current_a:.3f}", "A")
    bench.observe(Message("{current_a:.3f} A flow in the load", current_a=current_a))
    return current_a > 0.02  # a thousandth of the basic current and more: no contact leaks that


# ---------------------------------------------------------------- payment objects

ACCOUNT, CREDIT, CHARGE, GATEWAY, SWITCH = 111, 112, 113, 115, 70
#: Clients that are asked in this order; the first that is granted something does it.
_CLIENTS = ("reader", "management")
_RND, _ELECTRICITY = 5, 0
_TYPE = 3
_NOTHING = integer(0)


@dataclass(frozen=True, slots=True)
class Found:
    """An object, and which clients see it."""

    class_id: int
    obis: str
    clients: tuple[tuple[str, ListedObject], ...]

    def client_that(self, may: Callable[[ListedObject], bool]) -> str | None:
        """The first client that may do something to it."""
        return next((name for name, item in self.clients if may(item)), None)


class Payment:
    """The payment objects of the device under test, for one case."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        seen: dict[tuple[int, str], list[tuple[str, ListedObject]]] = {}
        for client in _CLIENTS:
            if client not in bench.statement.associations:
                continue
            with listed(bench, client) as (_, objects):
                for item in of_class(objects, ACCOUNT, CREDIT, CHARGE, GATEWAY, SWITCH, 7, 71):
                    seen.setdefault((item.class_id, str(item.obis)), []).append((client, item))
        self._found = [Found(class_id, obis, tuple(clients)) for (class_id, obis), clients in seen.items()]

    # ------------------------------------------------------------ finding

    def all_of(self, class_id: int) -> list[Found]:
        """Every object of a class."""
        return [item for item in self._found if item.class_id == class_id]

    def one(self, class_id: int) -> Found:
        """The first object of a class.

        Raises:
            CaseNotApplicable: there is none.
        """
        found = self.all_of(class_id)
        if not found:
            raise self.bench.not_applicable(Message("no object of class {class_id}", class_id=class_id))
        return found[0]

    def at(self, class_id: int, obis: str) -> Found | None:
        """The object of a class and a logical name."""
        return next((item for item in self.all_of(class_id) if item.obis.startswith(obis)), None)

    def credit(self, kind: CreditType) -> Found:
        """The credit of a type.

        Raises:
            CaseNotApplicable: there is none.
        """
        return self._typed(CREDIT, int(kind), kind.name.lower())

    def charge(self, kind: ChargeType) -> Found:
        """The charge of a type.

        Raises:
            CaseNotApplicable: there is none.
        """
        return self._typed(CHARGE, int(kind), kind.name.lower())

    def _typed(self, class_id: int, kind: int, name: str) -> Found:
        for item in self.all_of(class_id):
            if self.number(item, _TYPE) == kind:
                return item
        raise self.bench.not_applicable(Message("no object of the type {name}", name=name))

    # ------------------------------------------------------------ reading

    def read(self, item: Found, attribute: int) -> Data:
        """Read an attribute with a client that may.

        Raises:
            CaseNotApplicable: none may.
        """
        client = item.client_that(lambda seen: seen.readable(attribute))
        what = Message("reading {obis} attribute {attribute}", obis=item.obis, attribute=attribute)
        with self._as(client, what) as dialogue, answers_well(what):
            return dialogue.get(item.class_id, item.obis, attribute)

    def number(self, item: Found, attribute: int) -> int:
        """Read a whole number, and record it."""
        value = self.read(item, attribute).value
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.bench.inconclusive(
                Message("{obis} attribute {attribute} is not a number", obis=item.obis, attribute=attribute),
            )
        self.bench.observe(
            Message("{obis}:{attribute} = {value}", obis=item.obis, attribute=attribute, value=value)
        )
        return value

    def mode_and_status(self) -> tuple[int, int]:
        """Payment mode and status of the account."""
        mode, status = (value.value for value in items(self.read(self.one(ACCOUNT), 2)))
        self.bench.observe(Message("mode {mode!r}, status {status!r}", mode=mode, status=status))
        if not (isinstance(mode, int) and isinstance(status, int)):
            raise self.bench.inconclusive(Message("mode and status are malformed"))
        return mode, status

    # ------------------------------------------------------------ acting

    def write(self, item: Found, attribute: int, data: Data) -> None:
        """Write an attribute with a client that may.

        Raises:
            CaseNotApplicable: none may.
            CaseFails: it is granted and refused.
        """
        client = item.client_that(lambda seen: seen.writable(attribute))
        what = Message("writing {obis} attribute {attribute}", obis=item.obis, attribute=attribute)
        with self._as(client, what) as dialogue, answers_well(what):
            dialogue.session.set(item.class_id, item.obis, attribute, data)
        self.bench.stimulus(what)

    def invoke(self, item: Found, method: int, data: Data = _NOTHING) -> None:
        """Invoke a method with a client that may.

        Raises:
            CaseNotApplicable: none may.
            CaseFails: it is granted and refused.
        """
        client = item.client_that(lambda seen: seen.callable(method))
        what = Message("invoking {obis} method {method}", obis=item.obis, method=method)
        with self._as(client, what) as dialogue, answers_well(what):
            dialogue.session.action(item.class_id, item.obis, method, data)
        self.bench.stimulus(what)

    def try_to_invoke(self, item: Found, method: int, data: Data = _NOTHING) -> bool:
        """Invoke a method that should be refused; whether it was carried out."""
        client = item.client_that(lambda seen: seen.callable(method))
        what = Message("invoking {obis} method {method}", obis=item.obis, method=method)
        with self._as(client, what) as dialogue:
            try:
                dialogue.session.action(item.class_id, item.obis, method, data)
                done = True
            except RemoteProtocolError as refusal:
                done = False
                self.bench.observe(Message("refused: {refusal}", refusal=refusal))
        self.bench.stimulus(what)
        return done

    def _as(self, client: str | None, what: Message) -> AbstractContextManager[Dialogue]:
        if client is None:
            raise self.bench.not_applicable(Message("no association grants {what}", what=what))
        return self.bench.associated(client)


def clear(bench: Bench) -> None:
    """Bring the token credit to zero by a token, and what goes before it by a load."""
    tokens = bench.tokens
    use_up_share(bench)
    tokens.must_accept(tokens.mint.token(ClearCredit(_RND, tokens.tid(), _ELECTRICITY)))


def start_with(bench: Bench, units: int) -> None:
    """Nothing but this credit, in tenths of a kWh."""
    clear(bench)
    with_credit(bench, units)


def use_wh(bench: Bench, energy_wh: float, current_a: float = 10.0) -> None:
    """Let a load take this much energy, by the power that really flows.

    Raises:
        CaseInconclusive: no current flows.
    """
    bench.stations.load(current_a)
    power_w = bench.load.read().power_w
    if power_w <= 0:
        raise bench.inconclusive(Message("no current flows"))
    bench.clock.wait(energy_wh * 3600.0 / power_w)
    bench.stations.load(0.0)
