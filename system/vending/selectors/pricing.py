"""Gathers what the price of a sale depends on, from the rows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from system.registry.models import Installation
from system.vending.ledger.accounts import account_of, balance_of
from system.vending.models import (
    AccountKind,
    InstallationMonth,
    InstallationResidue,
    ObligationRow,
    TariffVersion,
)
from system.vending.pricing import Obligation, ObligationKind, PricingError, SaleInputs, Tariff
from system.vending.selectors.supply import Supply


def first_of_month(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def tariff_in_force(provider_id: int, code: str, day: date) -> Tariff:
    """The version of a tariff that prices on a day.

    Raises:
        PricingError: none does.
    """
    row = (
        TariffVersion.objects.filter(provider_id=provider_id, code=code, valid_from__lte=day)
        .order_by("-valid_from", "-version")
        .first()
    )
    if row is None:
        raise PricingError(f"la tarifa {code} no está vigente el {day.isoformat()}")
    tariff: Tariff = row.priced()
    return tariff


def sale_inputs(supply: Supply, amount_c: int, day: date) -> SaleInputs:
    """What the price of `amount_c` for a supply depends on.

    Raises:
        PricingError: the amount makes no sense, or no tariff is in force.
    """
    installation: Any = supply.installation
    month = InstallationMonth.objects.filter(installation=installation, month=first_of_month(day)).first()
    residue = InstallationResidue.objects.filter(installation=installation).first()
    taken_c = {} if month is None else month.taken_c
    return SaleInputs(
        amount_c,
        day,
        tariff_in_force(installation.provider_id, supply.agreement.tariff_code, day),
        bought_units=0 if month is None else month.units,
        residue_mc=0 if residue is None else residue.residue_mc,
        obligations=tuple(_obligation(row, taken_c) for row in _due(installation, day)),
    )


def _due(installation: Installation, day: date) -> Iterable[ObligationRow]:
    rows = ObligationRow.objects.filter(installation=installation, starts_on__lte=day)
    return [row for row in rows if row.ends_on is None or row.ends_on >= day]


def _obligation(row: ObligationRow, taken_c: dict[str, int]) -> Obligation:
    owed_c = None
    if row.kind != ObligationKind.LEVY:
        balance = balance_of(account_of(row.provider_id, AccountKind.OBLIGATION, row))
        owed_c = max(0, balance.posted_c)
    return Obligation(
        str(row.pk),
        ObligationKind(row.kind),
        row.name,
        row.rule(taken_c.get(str(row.pk), 0)),
        row.priority,
        owed_c,
    )
