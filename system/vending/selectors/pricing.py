"""Gathers what the price of a sale depends on, from the rows."""

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, Q

from system.config.compiled import CompiledQuery
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


def month_of(installation_id: int, month: date) -> InstallationMonth:
    """What an installation bought in a month, given by its first day; not saved yet where that is nothing."""
    which = {"installation_id": installation_id, "month": month}
    found: InstallationMonth | None = _MONTH.first(**which)
    return found or InstallationMonth(**which)


def tariff_in_force(provider_id: int, code: str, day: date) -> Tariff:
    """The version of a tariff that prices on a day.

    Raises:
        PricingError: none does.
    """
    row = _TARIFF.first(provider_id=provider_id, code=code, day=day)
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
    month = month_of(installation.pk, first_of_month(day))
    residue = _RESIDUE.first(installation_id=installation.pk)
    return SaleInputs(
        amount_c,
        day,
        tariff_in_force(installation.provider_id, supply.agreement.tariff_code, day),
        bought_units=month.units,
        residue_mc=0 if residue is None else residue.residue_mc,
        obligations=tuple(
            _obligation(row, month.taken_c) for row in _DUE(installation_id=installation.pk, day=day)
        ),
    )


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


_TARIFF = CompiledQuery(
    lambda provider_id, code, day: TariffVersion.objects.filter(
        provider_id=provider_id, code=code, valid_from__lte=day
    ).order_by("-valid_from", "-version")[:1],
    provider_id=BigIntegerField(),
    code=CharField(),
    day=DateField(),
)
_MONTH = CompiledQuery(
    InstallationMonth.objects.filter,
    installation_id=BigIntegerField(),
    month=DateField(),
)
_RESIDUE = CompiledQuery(InstallationResidue.objects.filter, installation_id=BigIntegerField())
_DUE = CompiledQuery(
    lambda installation_id, day: ObligationRow.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), installation_id=installation_id, starts_on__lte=day
    ),
    installation_id=BigIntegerField(),
    day=DateField(),
)
