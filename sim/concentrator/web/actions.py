"""What the forms of the page do; each gives the key of the words that say so."""

import itertools
from collections.abc import Callable

from sim.concentrator.errors import OrderError
from sim.concentrator.facts import Facts
from sim.concentrator.orders import Order

#: Parts, fields of the form -> key of the answer's words; raises `OrderError` to refuse.
Action = Callable[[Facts, dict[str, str]], str]


def _decide(facts: Facts, fields: dict[str, str]) -> str:
    facts.decide(fields.get("meter", ""), trusted=fields.get("trusted") == "1")
    return "done"


def _read(facts: Facts, fields: dict[str, str]) -> str:
    _place(facts, Order(_new_id(facts), "read", fields.get("serial", "").strip()))
    return "queued"


def _token(facts: Facts, fields: dict[str, str]) -> str:
    digits = fields.get("token", "").replace(" ", "").replace("-", "")
    serial = fields.get("serial", "").strip()
    _place(facts, Order(_new_id(facts), "token", serial, {"token": digits}))
    return "queued"


def _set(facts: Facts, fields: dict[str, str]) -> str:
    facts.parameters.write(fields.get("name", ""), fields.get("value", "").strip())
    return "done"


def _place(facts: Facts, order: Order) -> None:
    if not order.serial:
        raise OrderError("unknown-meter", "which meter?")
    facts.orders.place(order)


def _new_id(facts: Facts) -> str:
    """An id that no order has yet."""
    taken = {order.order for order in facts.orders.all()}
    return next(name for name in (f"local-{number}" for number in itertools.count(1)) if name not in taken)


#: Name of a page -> what its form does.
ACTIONS: dict[str, Action] = {"nodes": _decide, "tasks": _read, "orders": _token, "parameters": _set}
