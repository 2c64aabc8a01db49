"""A book of many sales, as years of selling leave it: in bulk, and consistent: ``check-books`` passes.

Each sale has its movement, transfer, outcome, token and shift, a random id, and its place in time; rows are
written in the order of time, as a utility's are. Only what a sale of those days says is always the same:
10 kWh of the first step, which leave no residue.
"""

import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

#: 10 kWh at 346.21 COP/kWh.
UNITS, AMOUNT_C = 100, 346_210
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Past:
    """The rows that all sales of a book share.

    Args:
        supplies: device, installation and agreement of every meter, with the meter's fields for the module.
        counters: cashier and point of sale of every counter.
    """

    provider_id: int
    supplies: list[tuple[int, int, int, dict[str, Any]]]
    counters: list[tuple[int, int]]
    merchant_account: int
    energy_account: int
    inputs: str


@dataclass(frozen=True, slots=True)
class _Sold:
    """One sale, before it is rows."""

    id: uuid.UUID
    at: datetime
    day: date
    number: int
    supply: tuple[int, int, int, dict[str, Any]]
    cashier_id: int
    shift_id: uuid.UUID
    digits: str


def fill(sales: int, days: int = 365) -> None:
    """Write `sales` sales over so many days until yesterday into the SQLite book of the nursery's village."""
    from django.db import connection, transaction

    from system.vending.models import AccountBalance

    with connection.cursor() as cursor:
        # only this connection, and nothing is lost if it dies: the book is then made anew
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("PRAGMA cache_size=-1000000")
    past = _past()
    with transaction.atomic():
        shifts = _shifts(past, days)
        sold = _sold(past, shifts, sales, days)
        while chunk := list(islice(sold, _CHUNK)):
            _write(past, chunk)
        _months(past, sales, days)
        for account_id, sign in ((past.merchant_account, 1), (past.energy_account, -1)):
            AccountBalance.objects.filter(pk=account_id).update(posted_c=sign * sales * AMOUNT_C)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("ANALYZE")
    connection.close()


def _past() -> Past:
    from system.config.clock import business_now
    from system.registry.models import DeviceIdentifier, Provider
    from system.vending.ledger import account_of
    from system.vending.models import AccountKind, Merchant, Shift
    from system.vending.pricing import SaleInputs
    from system.vending.pricing.serialization import to_json
    from system.vending.selectors.supply import find_supply, tariff_in_force

    provider, merchant, now = Provider.objects.get(), Merchant.objects.get(), business_now()
    shifts = list(Shift.objects.order_by("cashier__username"))
    supplies = []
    for drn in DeviceIdentifier.objects.filter(kind="drn").values_list("value", flat=True):
        supply = find_supply(shifts[0].cashier, drn, now)
        ids = (supply.device.pk, supply.installation.pk, supply.agreement.pk)
        supplies.append((*ids, supply.meter_fields()))
    tariff = tariff_in_force(provider.pk, supply.agreement.tariff_code, now.date())
    return Past(
        provider.pk,
        supplies,
        [(shift.cashier_id, shift.point_of_sale_id) for shift in shifts],
        account_of(provider.pk, AccountKind.MERCHANT, merchant).pk,
        account_of(provider.pk, AccountKind.ENERGY).pk,
        to_json(SaleInputs(AMOUNT_C, now.date(), tariff)),
    )


def _opening(day: date) -> datetime:
    from system.config.clock import BOGOTA

    return datetime(day.year, day.month, day.day, 7, tzinfo=BOGOTA)


def _first_day(days: int) -> date:
    from system.config.clock import business_day

    return business_day() - timedelta(days=days)


def _shifts(past: Past, days: int) -> dict[tuple[date, int], uuid.UUID]:
    """A closed shift of each counter on each day."""
    from system.vending.models import Shift, ShiftClosure

    made = {}
    for number in range(days):
        day = _first_day(days) + timedelta(days=number)
        for cashier_id, point_id in past.counters:
            shift = Shift(
                provider_id=past.provider_id,
                point_of_sale_id=point_id,
                cashier_id=cashier_id,
                opened_at=_opening(day),
                opening_cash_c=0,
            )
            shift.save()
            closed = {"closed_at": _opening(day) + timedelta(hours=12), "counted_cash_c": 0}
            ShiftClosure(shift=shift, provider_id=past.provider_id, expected_cash_c=0, **closed).save()
            made[day, cashier_id] = shift.pk
    return made


def _sold(past: Past, shifts: dict[tuple[date, int], uuid.UUID], sales: int, days: int) -> Iterator[_Sold]:
    dice = random.Random(6)
    for number in range(days):
        today = sales * (number + 1) // days - sales * number // days
        day = _first_day(days) + timedelta(days=number)
        for place in range(today):
            cashier_id, _ = dice.choice(past.counters)
            yield _Sold(
                uuid.UUID(int=dice.getrandbits(128), version=4),
                _opening(day) + timedelta(hours=12) * place / today,
                day,
                place + 1,
                dice.choice(past.supplies),
                cashier_id,
                shifts[day, cashier_id],
                f"{dice.randrange(10**20):020d}",
            )


def _write(past: Past, chunk: list[_Sold]) -> None:
    from system.config.compiled_queries import insert
    from system.vending import models as vending

    def each(make: Any) -> Iterable[Any]:
        return (make(one) for one in chunk)

    insert(*each(lambda one: _movement(past, one)))
    insert(
        *each(
            lambda one: vending.Transfer(
                movement_id=one.id,
                debit_id=past.merchant_account,
                credit_id=past.energy_account,
                amount_c=AMOUNT_C,
            )
        )
    )
    insert(*each(lambda one: vending.MovementOutcome(movement_id=one.id, posted=True, wall_at=one.at)))
    insert(*each(lambda one: _sale(past, one)))
    insert(
        *each(lambda one: vending.SaleOutcome(sale_id=one.id, minted=True, test_keys=True, wall_at=one.at))
    )
    insert(
        *each(lambda one: vending.Token(sale_id=one.id, position=1, role="credit", digits=one.digits, tid=1))
    )


def _movement(past: Past, one: _Sold) -> Any:
    from system.vending.models import Movement, MovementKind

    return Movement(
        id=one.id,
        provider_id=past.provider_id,
        kind=MovementKind.TOKEN_SALE,
        business_at=one.at,
        business_day=one.day,
        wall_at=one.at,
    )


def _sale(past: Past, one: _Sold) -> Any:
    from system.vending.models import Sale, SaleKind

    device_id, installation_id, agreement_id, meter = one.supply
    return Sale(
        id=one.id,
        provider_id=past.provider_id,
        kind=SaleKind.ENERGY,
        movement_id=one.id,
        installation_id=installation_id,
        device_id=device_id,
        agreement_id=agreement_id,
        shift_id=one.shift_id,
        seller_id=one.cashier_id,
        drn=meter["drn"],
        meter=meter,
        request={"subclass": 0, "amount": UNITS},
        inputs=past.inputs,
        amount_c=AMOUNT_C,
        units=UNITS,
        energy_c=AMOUNT_C,
        number=f"{one.day:%Y%m%d}-{one.number:06d}",
        business_at=one.at,
        business_day=one.day,
        month=one.day.replace(day=1),
        wall_at=one.at,
        fingerprint="0" * 64,
    )


def _months(past: Past, sales: int, days: int) -> None:
    """Every meter's months, so that a sale of today finds one to add to."""
    from system.config.compiled_queries import insert
    from system.vending.models import InstallationMonth, Sale

    totals: dict[tuple[int, date], int] = {}
    for installation_id, month in Sale.objects.values_list("installation_id", "month").iterator():
        totals[installation_id, month] = totals.get((installation_id, month), 0) + UNITS
    rows = [
        InstallationMonth(installation_id=installation_id, month=month, units=units)
        for (installation_id, month), units in totals.items()
    ]
    insert(*rows)
