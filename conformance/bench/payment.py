"""What the payment cases share: finding credits and charges by their type, and acting where it is granted.

Nothing is assumed of logical names: a credit is found by its class and its type, in whatever list shows it.

Source: IEC 62056-6-2, Account, Credit, Charge, Token gateway (classes 111, 112, 113, 115)
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from conformance.bench.attributes import listed, of_class
from conformance.bench.bench import Bench
from conformance.bench.dialogue import Dialogue, answers_well, items
from conformance.bench.loop import use_up_share, with_credit
from conformance.bench.object_list import ListedObject
from conformance.text import Text
from protocols.dlms.axdr import Data, integer
from protocols.dlms.cosem.enumerations import ChargeType, CreditType
from protocols.dlms.errors import RemoteProtocolError
from protocols.sts.token import ClearCredit

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
            raise self.bench.not_applicable(
                f"sin objeto de clase {class_id}", f"no object of class {class_id}"
            )
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
        raise self.bench.not_applicable(f"sin objeto del tipo {name}", f"no object of the type {name}")

    # ------------------------------------------------------------ reading

    def read(self, item: Found, attribute: int) -> Data:
        """Read an attribute with a client that may.

        Raises:
            CaseNotApplicable: none may.
        """
        client = item.client_that(lambda seen: seen.readable(attribute))
        what = Text(f"leer {item.obis} atributo {attribute}", f"reading {item.obis} attribute {attribute}")
        with self._as(client, what) as dialogue, answers_well(what):
            return dialogue.get(item.class_id, item.obis, attribute)

    def number(self, item: Found, attribute: int) -> int:
        """Read a whole number, and record it."""
        value = self.read(item, attribute).value
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.bench.inconclusive(
                f"{item.obis} atributo {attribute} no es un número",
                f"{item.obis} attribute {attribute} is not a number",
            )
        self.bench.observe(f"{item.obis}:{attribute} = {value}", f"{item.obis}:{attribute} = {value}")
        return value

    def mode_and_status(self) -> tuple[int, int]:
        """Payment mode and status of the account."""
        mode, status = (value.value for value in items(self.read(self.one(ACCOUNT), 2)))
        self.bench.observe(f"modo {mode!r}, estado {status!r}", f"mode {mode!r}, status {status!r}")
        if not (isinstance(mode, int) and isinstance(status, int)):
            raise self.bench.inconclusive("modo y estado mal formados", "mode and status are malformed")
        return mode, status

    # ------------------------------------------------------------ acting

    def write(self, item: Found, attribute: int, data: Data) -> None:
        """Write an attribute with a client that may.

        Raises:
            CaseNotApplicable: none may.
            CaseFails: it is granted and refused.
        """
        client = item.client_that(lambda seen: seen.writable(attribute))
        what = Text(
            f"escribir {item.obis} atributo {attribute}", f"writing {item.obis} attribute {attribute}"
        )
        with self._as(client, what) as dialogue, answers_well(what):
            dialogue.session.set(item.class_id, item.obis, attribute, data)
        self.bench.stimulus(what.es, what.en)

    def invoke(self, item: Found, method: int, data: Data = _NOTHING) -> None:
        """Invoke a method with a client that may.

        Raises:
            CaseNotApplicable: none may.
            CaseFails: it is granted and refused.
        """
        client = item.client_that(lambda seen: seen.callable(method))
        what = Text(f"invocar {item.obis} método {method}", f"invoking {item.obis} method {method}")
        with self._as(client, what) as dialogue, answers_well(what):
            dialogue.session.action(item.class_id, item.obis, method, data)
        self.bench.stimulus(what.es, what.en)

    def try_to_invoke(self, item: Found, method: int, data: Data = _NOTHING) -> bool:
        """Invoke a method that should be refused; whether it was carried out."""
        client = item.client_that(lambda seen: seen.callable(method))
        what = Text(f"invocar {item.obis} método {method}", f"invoking {item.obis} method {method}")
        with self._as(client, what) as dialogue:
            try:
                dialogue.session.action(item.class_id, item.obis, method, data)
                done = True
            except RemoteProtocolError as refusal:
                done = False
                self.bench.observe(f"se rechaza: {refusal}", f"refused: {refusal}")
        self.bench.stimulus(what.es, what.en)
        return done

    def _as(self, client: str | None, what: Text) -> AbstractContextManager[Dialogue]:
        if client is None:
            raise self.bench.not_applicable(
                f"ninguna asociación concede {what.es}", f"no association grants {what.en}"
            )
        return self.bench.associated(client)


def clear(bench: Bench) -> None:
    """Bring the token credit to zero by a token, and what goes before it by a load."""
    desk = bench.tokens
    use_up_share(bench)
    desk.must_accept(desk.mint.token(ClearCredit(_RND, desk.tid(), _ELECTRICITY)))


def start_with(bench: Bench, units: int) -> None:
    """Nothing but this credit, in tenths of a kWh."""
    clear(bench)
    with_credit(bench, units)


def use_wh(bench: Bench, energy_wh: float, current_a: float = 10.0) -> None:
    """Let a load take this much energy, by the power that really flows.

    Raises:
        CaseInconclusive: no current flows.
    """
    bench.home.load(current_a)
    power_w = bench.load.read().power_w
    if power_w <= 0:
        raise bench.inconclusive("no pasa corriente", "no current flows")
    bench.clock.wait(energy_wh * 3600.0 / power_w)
    bench.home.load(0.0)
