"""What was billed in the ZNI: postpaid bills one by one, recharges by installation and month (or one by one).

A recharge *is* the act of billing (regulation.md 1.2). A recharge that is taken back in the same month was
none; one of a former month is rebilled, with a minus, in the month in which it is taken back: a month that
was handed in is never changed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from system.reports.declaring import Values
from system.reports.periods import month_of
from system.vending.models import Bill, Reversal, Sale, SaleKind
from system.vending.pricing.money import MILLI_PER_CENTAVO, WH_PER_UNIT


@dataclass(slots=True)
class Act:
    """A line of the report before it is laid out.

    Args:
        installation_id: whose.
        bill_id: number of the bill; of the recharge; or NIU and month.
        issued_on, begins_on, ends_on: business days.
        wh: energy.
        cost_mc: what it cost to provide, thousandths of a centavo.
        paid_c: what the customer pays for it, centavos.
        rebilled_c: of former months, below 0.
        before_wh: billed in the same month already: where its first block begins.
    """

    installation_id: int
    bill_id: str
    issued_on: date
    begins_on: date
    ends_on: date
    wh: int = 0
    cost_mc: int = 0
    paid_c: int = 0
    rebilled_c: int = 0
    before_wh: int = 0

    @property
    def days(self) -> int:
        """How many it covers."""
        return (self.ends_on - self.begins_on).days + 1


@dataclass(frozen=True, slots=True)
class _Sold:
    installation_id: int
    niu: str
    month: date
    number: str
    day: date
    units: int
    energy_c: int
    unit_cost_e4: int = 0
    bought_units: int = 0
    rebilled: bool = False

    def onto(self, act: Act) -> None:
        """Add it to a line."""
        if self.rebilled:
            act.rebilled_c -= self.energy_c
            return
        act.wh += self.units * WH_PER_UNIT
        act.cost_mc += self.units * self.unit_cost_e4
        act.paid_c += self.energy_c


def acts(user: Any, values: Values, *, one_by_one: bool) -> Iterator[Act]:
    """Every line of a period: recharges first, then bills; availability has no place in the layout."""
    merged = sorted(_sold_of(user, values), key=lambda one: (one.niu, one.month, one.number))
    for _, group in groupby(merged, key=lambda one: (one.niu, one.month, one.number if one_by_one else "")):
        yield _act(list(group), one_by_one=one_by_one)
    yield from _bills(user, values)


def _act(group: list[_Sold], *, one_by_one: bool) -> Act:
    first = group[0]
    begin, end = (first.day, first.day) if one_by_one else month_of(first.month)
    name = first.number if one_by_one else f"{first.niu}-{first.month:%Y%m}"
    act = Act(first.installation_id, name, end, begin, end)
    act.before_wh = min((one.bought_units for one in group if not one.rebilled), default=0) * WH_PER_UNIT
    for one in group:
        one.onto(act)
    return act


_WAYS = ("installation_id", "installation__niu", "month", "number", "business_day", "units", "energy_c")


def _sold_of(user: Any, values: Values) -> Iterator[_Sold]:
    between = (values["since"], values["until"])
    sold = (
        Sale.objects.of(user)
        .filter(kind=SaleKind.ENERGY, outcome__minted=True, business_day__range=between)
        .order_by()
        .values_list(*_WAYS, "inputs", "reversal__movement__business_day")
    )
    for *known, inputs, taken_back_on in sold.iterator(chunk_size=1000):
        priced = json.loads(inputs)
        one = _Sold(*known, priced["tariff"]["unit_cost_e4"], priced["bought_units"])  # type: ignore[call-arg]
        if taken_back_on is None or taken_back_on.replace(day=1) != one.month:
            yield one
    yield from _rebilled(user, between)


def _rebilled(user: Any, between: tuple[date, date]) -> Iterator[_Sold]:
    ways = [f"sale__{way}" for way in _WAYS]
    rows = (
        Reversal.objects.filter(movement__provider_id=user.provider_pk, movement__business_day__range=between)
        .order_by()
        .values_list("movement__business_day", *ways)
    )
    for day, installation_id, niu, month, number, _, units, energy_c in rows:
        here = day.replace(day=1)
        if here != month:
            yield _Sold(installation_id, niu, here, f"{number}-R", day, units, energy_c, rebilled=True)


def _bills(user: Any, values: Values) -> Iterator[Act]:
    rows = (
        Bill.objects.of(user)
        .filter(movement__business_day__range=(values["since"], values["until"]), mode="postpaid")
        .order_by("installation__niu", "period_begin")
        .select_related("movement")
    )
    for bill in rows.iterator(chunk_size=500):
        act = Act(
            bill.installation_id, str(bill.pk), bill.movement.business_day, bill.period_begin, bill.period_end
        )
        act.wh, act.paid_c = bill.consumption_wh, bill.total_c
        act.cost_mc = bill.cost_c * MILLI_PER_CENTAVO
        act.before_wh = json.loads(bill.inputs)["billed_wh"]
        yield act
