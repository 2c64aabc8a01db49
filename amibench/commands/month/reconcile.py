"""Reconciliation of field and books at the end of a month: every promise of the closed loop as one line."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amibench.commands.month.office import Office
from protocols.field.events import EventCode
from sim.grid.energy_balance import NJ_PER_WH
from sim.meter import Meter
from sim.scenarios.field import FieldWorld

# ---------------- Books by themselves

UNIT_WH = 100
_ENERGY_OBIS, _LOAD = "1.0.1.8.0", "1.0.99.1.0"


def check_books() -> dict[str, Any]:
    """Contents of the books, their digest, and the sums in them that do not agree."""
    from django.db.models import Sum

    from system.head_end.models import Order, ReadingValue
    from system.vending.ledger import ledger_faults
    from system.vending.models import Sale, Token

    sales = Sale.objects.filter(outcome__minted=True)
    sold: dict[str, list[int]] = {}
    for drn, units in sales.filter(units__gt=0).values_list("drn", "units").order_by("drn", "business_at"):
        sold.setdefault(drn, []).append(units)
    totals = sales.aggregate(amount_c=Sum("amount_c"), units=Sum("units"))
    return {
        "sold": sold,
        "read": _read(),
        "faults": ledger_faults(),
        "deliveries": list(_deliveries()),
        "gaps": list(_gaps()),
        "orders": Order.objects.filter(sale_id__isnull=False).count(),
        "values": ReadingValue.objects.count(),
        "reports": list(_reports(sales)),
        "sales": sales.count(),
        "tokens": Token.objects.count(),
        "amount_c": totals["amount_c"] or 0,
        "units": totals["units"] or 0,
        "days": sales.values("business_day").distinct().count(),
        "digest": _digest(),
    }


def _reports(sales: Any) -> Iterator[str]:
    """The report of sales by day against the ledger: what was owed for them, and what was handed over."""
    from django.db.models import Sum

    from system.vending.models import AccountKind, Deposit, Transfer

    reported = _report_of_sales()
    owed: Any = Transfer.objects.filter(
        debit__kind=AccountKind.MERCHANT, movement__outcome__posted=True, movement__sale__isnull=False
    )
    owed_c = owed.aggregate(total=Sum("amount_c"))["total"] or 0
    if reported.get("recibido", 0) != owed_c:
        yield f"the report of sales says {reported.get('recibido', 0)} centavos, the ledger {owed_c}"
    units = sales.aggregate(total=Sum("units"))["total"] or 0
    if reported.get("kwh", 0) != units * UNIT_WH:
        yield f"the report of sales says {reported.get('kwh', 0)} Wh, the tokens {units * UNIT_WH}"
    handed_c = Deposit.objects.aggregate(total=Sum("amount_c"))["total"] or 0
    if handed_c > owed_c:
        yield f"{handed_c} centavos were handed over for sales of {owed_c}"


def _report_of_sales() -> dict[str, Any]:
    """Totals of the report by day, over everything that was sold."""
    from django.db.models import Max, Min

    from system.reports.catalogue import REGISTRY
    from system.reports.run import run_report
    from system.vending.models import Sale

    days = Sale.objects.aggregate(since=Min("business_day"), until=Max("business_day"))
    if days["since"] is None:
        return {}
    report = REGISTRY["ventas-por-dia"]
    made = run_report(_staff(), report, {name: day.isoformat() for name, day in days.items()})
    for _ in made.rows():
        pass
    names = [column.name for column in report.columns]
    return dict(zip(names, made.totals() or (), strict=False))


def _deliveries() -> Iterator[str]:
    """Every token that was handed over came to an end, and the meter says that it has it."""
    from system.head_end.models import OrderProgress
    from system.head_end.vocabulary import OrderState

    rows = OrderProgress.objects.filter(order__sale_id__isnull=False).select_related("order")
    for row in rows.exclude(state=OrderState.DONE.value).order_by("order__asked_at"):
        yield f"token of sale {row.order.sale_id}: {row.state} {row.reason} {row.result.get('result', '')}"


def _gaps() -> Iterator[str]:
    """Nothing that was to be read is missing, but what the meters themselves do not have."""
    from system.config.clock import business_now
    from system.head_end.selectors.reading_gaps import OPEN, gap_report

    for gap in gap_report(_staff(), business_now()):
        if gap.kind == OPEN:
            yield f"{gap.serial} {gap.profile}: {gap.rows} rows from {gap.after} to {gap.to}"


def _read() -> dict[str, list[tuple[int, int]]]:
    """DRN -> instant and energy register of every reading of the load profile, Wh."""
    from system.head_end.models import ReadingValue

    rows = ReadingValue.objects.filter(
        series__obis=_ENERGY_OBIS, series__profile=_LOAD, series__device__identifiers__kind="drn"
    ).values_list("series__device__identifiers__value", "ends_at_s", "value", "series__scaler")
    found: dict[str, list[tuple[int, int]]] = {}
    for drn, at_s, value, scaler in rows:
        found.setdefault(drn, []).append((at_s, value * 10**scaler))
    return found


def _staff() -> Any:
    from system.accounts.models import User

    return User.objects.get(role="supervisor")


def _digest() -> str:
    """SHA-256 over everything that the same seed must bring about again; no walls, no random bits."""
    from system.head_end.models import OrderProgress, ReadingValue
    from system.vending.models import Sale, Transfer

    sha = hashlib.sha256()
    sales = Sale.objects.order_by("business_at", "id").values_list(
        "id", "drn", "business_at", "amount_c", "units", "residue_mc", "outcome__minted"
    )
    moved: Any = Transfer.objects.order_by("movement__business_at", "movement_id", "pk").values_list(
        "movement_id", "debit__kind", "credit__kind", "amount_c"
    )
    read: Any = ReadingValue.objects.order_by(
        "series__device__serial", "series__obis", "ends_at_s"
    ).values_list(
        "series__device__serial", "series__profile", "series__obis", "ends_at_s", "value", "quality"
    )
    ordered = OrderProgress.objects.order_by("order_id").values_list(
        "order_id", "state", "attempts", "changed_at"
    )
    for row in (*sales, *moved, *read, *ordered):
        sha.update(" ".join(map(str, row)).encode() + b"\n")
    return sha.hexdigest()


# ---------------- Field beside books

_US_PER_S = 1_000_000
_ENERGY_COLUMN = (3, bytes.fromhex("0100010800ff"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise.

    Args:
        name: which, as `texts` knows it.
        broken: where it does not hold, one line each; empty: kept.
        counted: how much was looked at.
    """

    name: str
    broken: tuple[str, ...]
    counted: int

    @property
    def kept(self) -> bool:
        """True where the promise holds."""
        return not self.broken


def reconcile(world: FieldWorld, office: Office) -> tuple[tuple[Finding, ...], dict[str, Any]]:
    """Compare; also what the books hold, with their digest."""
    summary = world.summary()  # closes every book of the field
    meters = {
        place.meter.drn: place.meter
        for site in world.sites
        for place in site.placed
        if place.point is not None
    }
    books: dict[str, Any] = office.ask(check_books)
    sold: dict[str, list[int]] = books.pop("sold")
    read: dict[str, list[tuple[int, int]]] = books.pop("read")
    findings = (
        Finding("accepted-once", tuple(_accepted(meters, sold)), sum(map(len, sold.values()))),
        Finding("credit-conserved", tuple(_credit(meters)), len(meters)),
        Finding("energy-conserved", _energy(summary), 1),
        Finding("ledger", tuple(books.pop("faults")), int(books["sales"])),
        Finding("reports", tuple(books.pop("reports")), int(books["days"])),
        Finding("deliveries", tuple(books.pop("deliveries")), int(books["orders"])),
        Finding("gaps", tuple(books.pop("gaps")), int(books["values"])),
        Finding("readings", tuple(_readings(meters, read)), len(read)),
    )
    return findings, books


def _accepted(meters: dict[str, Meter], sold: dict[str, list[int]]) -> Iterator[str]:
    """Every token that was paid for was taken exactly once, and nothing else was."""
    for drn, meter in meters.items():
        units = sold.get(drn, [])
        taken = meter.parts.events.count(EventCode.TOKEN_ACCEPTED)
        vended_wh = meter.parts.prepayment.vended_wh
        if taken != len(units) or vended_wh != sum(units) * UNIT_WH:
            yield (
                f"{drn}: {len(units)} tokens of {sum(units) * UNIT_WH} Wh were sold, "
                f"{taken} of {vended_wh} Wh were taken"
            )


def _credit(meters: dict[str, Meter]) -> Iterator[str]:
    """Initial credit and credit of tokens equal consumption and remaining credit, to the nJ."""
    for drn, meter in meters.items():
        account = meter.parts.prepayment
        came_nj = (account.terms.initial_wh + account.vended_wh) * NJ_PER_WH
        went_nj = account.consumption.paid_nj + account.credit_nj
        if came_nj != went_nj:
            yield f"{drn}: {came_nj} nJ came, {went_nj} nJ were consumed or are left"


def _readings(meters: dict[str, Meter], read: dict[str, list[tuple[int, int]]]) -> Iterator[str]:
    """The energy registers that the head-end keeps are those that the meter kept for itself, each once."""
    for drn, meter in meters.items():
        kept = dict(read.get(drn, []))
        own = _captured(meter)
        wrong = [at for at, energy_wh in kept.items() if at in own and own[at] != energy_wh]
        if wrong or not kept:
            yield f"{drn}: {len(kept)} readings are kept, {len(wrong)} of them are not what the meter kept"


def _captured(meter: Meter) -> dict[int, int]:
    """Instant -> energy register of the rows that a meter still holds, Wh."""
    profile = meter.parts.load_profile
    place = next(n for n, column in enumerate(profile.columns) if column[:2] == _ENERGY_COLUMN)
    return {row.epoch_us // _US_PER_S: row.values[place] for row in profile.rows}


def _energy(summary: dict[str, Any]) -> tuple[str, ...]:
    rest_nj = summary["energy"]["balance_nj"]
    return () if rest_nj == 0 else (f"{rest_nj} nJ of the grid's energy went nowhere",)
