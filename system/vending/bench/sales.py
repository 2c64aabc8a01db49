"""Which calls the real sale can take, and the sale."""

import uuid
from dataclasses import dataclass
from typing import Any

from protocols.sts.errors import StsValueError
from protocols.sts.identity.meter import PAN_DIGITS, MeterPrimaryAccountNumber
from system.security_module import api
from system.security_module.errors import RequestRefused
from system.security_module.refusals import Refused
from system.vending.bench.world import Counter, counter
from system.vending.errors import SalePending, UnableToSell
from system.vending.models import Sale
from system.vending.module import module
from system.vending.pricing.money import UNITS_MAX
from system.vending.services.sell_energy import SaleRequest, sell_energy

#: Key type of the keys that the registry knows (DUTK).
DUTK = 2
_NAMES = uuid.UUID("6f1d9d0e-0a6f-4d5b-9f0c-8f4a3a0b7c55")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sale of electricity.

    Args:
        sale_id: made from the message id.
        drn: of the meter.
        meter: the fields of the module's API.
        units: of 0.1 kWh.
        target: KRN and TI that the registry wants in the meter; None: those that it has.
    """

    sale_id: uuid.UUID
    drn: str
    meter: dict[str, Any]
    units: int
    target: tuple[int, int] | None


def wanted(operation: str, args: dict[str, Any]) -> Wanted | None:
    """The sale that a call asks for; None where no counter could sell that: the module answers for itself.

    A counter sells electricity, in steps of 0.1 kWh, to a meter that the registry can hold: a well-formed
    number, a key of type DUTK, no card with a date. It changes a key within the meter's supply group.
    """
    if operation != "mint":
        return None
    try:
        said = api.read_request({"v": api.VERSION, "id": 0, "operation": operation, "args": args}).args
        drn = _drn(said["meter"]["drn"])
    except (Refused, StsValueError):
        return None
    meter, target = said["meter"], said["target"]
    plain = (said["subclass"], meter["key_type"], meter["doe"]) == (0, DUTK, None)
    more = said["free_issue"] or said["three_kct"] or said["time"] is not None
    if not plain or more or not 0 < said["amount"] <= UNITS_MAX or not _within(meter, target):
        return None
    sale_id = uuid.uuid5(_NAMES, said["message_id"])
    return Wanted(sale_id, drn, meter, said["amount"], _change(meter, target))


def sell(sale: Wanted, args: dict[str, Any]) -> dict[str, Any]:
    """Sell at the bench's counter.

    Args:
        sale: what.
        args: of the module's call: where the sale is refused, the module says why by its code.

    Raises:
        RequestRefused: neither sale nor module does it; or the sale alone does not.
        UnableToReachModule: the module does not answer.
    """
    here = counter()
    try:
        made = _sold(here, sale)
    except UnableToSell as refused:
        module().call("mint", args)  # raises for the same reason, with its code
        raise RequestRefused("sale-refused", None, str(refused), "the sale was refused") from refused
    except SalePending as pending:
        raise RequestRefused("sale-pending", None, str(pending), "the sale has no outcome") from pending
    return {"tokens": [{"digits": token.digits, "tid": token.tid} for token in made.tokens.all()]}


def _sold(here: Counter, sale: Wanted) -> Sale:
    device = here.meter(sale.drn, sale.meter)
    plan = None if sale.target is None else here.plan(device, *sale.target)
    try:
        return sell_energy(here.cashier, here.shift, SaleRequest(sale.sale_id, sale.drn, units=sale.units))
    except UnableToSell:
        if plan is not None:
            here.drop(plan)
        raise


def _drn(number: str) -> str:
    if len(number) == PAN_DIGITS:
        return MeterPrimaryAccountNumber(number).drn
    return MeterPrimaryAccountNumber.from_drn(number).drn


def _within(meter: dict[str, Any], target: dict[str, Any] | None) -> bool:
    """Whether a change stays where the office may plan it: the same supply group, another KRN or TI."""
    if target is None:
        return True
    same = target["sgc"] in (None, meter["sgc"]) and target["key_type"] in (None, meter["key_type"])
    return same and _change(meter, target) is not None


def _change(meter: dict[str, Any], target: dict[str, Any] | None) -> tuple[int, int] | None:
    if target is None:
        return None
    asked = {name: meter[name] if target[name] is None else target[name] for name in ("krn", "ti")}
    new = (asked["krn"], asked["ti"])
    return None if new == (meter["krn"], meter["ti"]) else new
