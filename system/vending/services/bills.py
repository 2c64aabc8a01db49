"""Bill a measured consumption or a month of availability, and receive what is paid on a bill."""

import json
import uuid
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_day, security_now
from system.registry.models import Agreement, AgreementMode, Installation
from system.vending import pricing
from system.vending.errors import UnableToSell
from system.vending.ledger import LedgerEntry, OverLimit, account_of, balance_of, new_movement, post
from system.vending.models import AccountKind, Bill, BillPayment, MovementKind, Shift
from system.vending.pricing import PricingError
from system.vending.pricing.money import AMOUNT_C_MAX, PPM
from system.vending.selectors.metered_energy import agreement_billed, billed_since, metered_energy
from system.vending.selectors.supply import tariff_in_force

#: No home uses more in a period (10 GWh): a typing error by then.
CONSUMPTION_MAX_WH = 10**10


def bill_consumption(
    user: User, bill_id: uuid.UUID, installation: Installation, period: tuple[date, date], consumption_wh: int
) -> Bill:
    """Bill a consumption of a postpaid installation; the same id again gives the same bill.

    Args:
        user: who bills.
        bill_id: made by the caller.
        installation: its agreement must be postpaid on the last day.
        period: first and last business day, in one calendar month.
        consumption_wh: measured in it, Wh.

    Raises:
        UnableToSell: not allowed, not postpaid, billed before, or values that make no sense.
    """
    known = _known_bill(user, bill_id, installation)
    if known is not None:
        return known
    if not 0 <= consumption_wh <= CONSUMPTION_MAX_WH:
        raise UnableToSell("El consumo no es un valor válido.")
    agreement = _billed_agreement(user, installation, period, AgreementMode.POSTPAID)
    billed = Bill.objects.filter(
        installation=installation, mode=AgreementMode.POSTPAID, period_end__gte=period[1].replace(day=1)
    ).aggregate(wh=Sum("consumption_wh"))["wh"]
    try:
        tariff = tariff_in_force(user.provider_pk, agreement.tariff_code, period[1])
        inputs = pricing.BillInputs(consumption_wh, period[1], tariff, int(billed or 0))
        priced = pricing.price_bill(inputs)
    except PricingError as error:
        raise UnableToSell(error.sentence) from error
    return _issue_bill(
        user, bill_id, agreement, period, priced, asdict(inputs), consumption_wh=consumption_wh
    )


def bill_measured(
    user: User, bill_id: uuid.UUID, installation: Installation, period: tuple[date, date]
) -> Bill:
    """Bill what the readings say that a postpaid installation took in a period, see `bill_consumption`.

    Raises:
        UnableToSell: see there, or a reading is missing at either end.
    """
    known = _known_bill(user, bill_id, installation)
    if known is not None:
        return known
    agreement = _billed_agreement(user, installation, period, AgreementMode.POSTPAID)
    measured = metered_energy(agreement, period)
    if measured.energy_wh is None:
        raise UnableToSell(
            f"Falta la lectura del {measured.missing_at:%d/%m/%Y %H:%M} de {installation}: "
            "pídala, o escriba el consumo."
        )
    return bill_consumption(user, bill_id, installation, period, measured.energy_wh)


def bill_availability(
    user: User,
    bill_id: uuid.UUID,
    installation: Installation,
    period: tuple[date, date],
    available_ppm: int = PPM,
) -> Bill:
    """Bill a month of availability; the fee is the agreement's, by the share of time with service.

    Raises:
        UnableToSell: see `bill_consumption`.
    """
    known = _known_bill(user, bill_id, installation)
    if known is not None:
        return known
    agreement = _billed_agreement(user, installation, period, AgreementMode.AVAILABILITY)
    said = {"fee_c": agreement.monthly_fee_c, "available_ppm": available_ppm}
    try:
        priced = pricing.price_availability(agreement.monthly_fee_c, available_ppm=available_ppm)
    except PricingError as error:
        raise UnableToSell(error.sentence) from error
    return _issue_bill(user, bill_id, agreement, period, priced, said, available_ppm=available_ppm)


def outstanding_c(bill: Bill) -> int:
    """Amount still to be paid, centavos."""
    return balance_of(account_of(bill.provider_id, AccountKind.BILL, bill)).posted_c


def pay_bill(user: User, shift: Shift, bill: Bill, amount_c: int, payment_id: uuid.UUID) -> BillPayment:
    """Receive money on a bill at an open counter; the same id again is the same payment.

    Raises:
        UnableToSell: not allowed, more than is owed, or over the merchant's limit.
    """
    known: BillPayment | None = BillPayment.objects.filter(pk=payment_id).first()
    if known is not None:
        if (known.bill_id, known.amount_c, known.received_by_id) != (bill.pk, amount_c, user.pk):
            raise UnableToSell("Ese identificador ya se usó para otro pago.")
        return known
    if not user.may(Operation.SELL) or shift.cashier_id != user.pk or hasattr(shift, "closure"):
        raise UnableToSell("No hay un turno abierto a su nombre.")
    if bill.provider_id != user.provider_id:
        raise UnableToSell("Esa factura no es de este prestador.")
    try:
        with transaction.atomic():
            type(bill.installation).objects.select_for_update().get(pk=bill.installation_id)
            if not 0 < amount_c <= outstanding_c(bill):
                raise UnableToSell("El pago debe ser mayor que cero y no más de lo que se debe.")
            movement = new_movement(user.provider_pk, MovementKind.ACCOUNT_PAYMENT, payment_id)
            owed = account_of(user.provider_pk, AccountKind.MERCHANT, shift.point_of_sale.merchant)
            post(
                movement, [LedgerEntry(owed, account_of(user.provider_pk, AccountKind.BILL, bill), amount_c)]
            )
            payment = BillPayment(
                id=payment_id,
                provider_id=user.provider_pk,
                bill=bill,
                movement=movement,
                shift=shift,
                received_by=user,
                amount_c=amount_c,
                wall_at=security_now(),
            )
            payment.save()
    except OverLimit:
        raise UnableToSell("El punto de venta llegó a su cupo: consigne lo recaudado.") from None
    except IntegrityError:
        raise UnableToSell("Ese identificador ya se usó para otra cosa.") from None
    return payment


def _known_bill(user: User, bill_id: uuid.UUID, installation: Installation) -> Bill | None:
    if not user.may(Operation.EDIT_OBLIGATIONS) or installation.provider_id != user.provider_id:
        raise UnableToSell("Su rol no permite facturar esta instalación.")
    bill: Bill | None = Bill.objects.filter(pk=bill_id).first()
    if bill is not None and bill.installation_id != installation.pk:
        raise UnableToSell("Ese identificador ya se usó para otra factura.")
    return bill


def _billed_agreement(
    user: User, installation: Installation, period: tuple[date, date], mode: AgreementMode
) -> Agreement:
    begin, end = period
    if end < begin or (begin.year, begin.month) != (end.year, end.month):
        raise UnableToSell("El período debe estar dentro de un mes calendario.")
    if end > business_day():
        raise UnableToSell("El período aún no termina.")
    found = agreement_billed(installation, period, mode)
    if found is None:
        raise UnableToSell(f"El contrato de {installation} no es de {mode.label.lower()}.")
    since = business_day(billed_since(found))
    if begin < since:
        raise UnableToSell(
            f"El contrato de {installation} es de {mode.label.lower()} desde el {since:%d/%m/%Y}: "
            "lo consumido antes no se factura."
        )
    return found


def _issue_bill(
    user: User,
    bill_id: uuid.UUID,
    agreement: Agreement,
    period: tuple[date, date],
    priced: Any,
    said: dict[str, Any],
    **measured: int,
) -> Bill:
    if priced.total_c > AMOUNT_C_MAX:
        raise UnableToSell("La factura es demasiado grande.")
    try:
        with transaction.atomic():
            movement = new_movement(user.provider_pk, MovementKind.SERVICE_CHARGE, bill_id)
            bill = Bill(
                id=bill_id,
                provider_id=user.provider_pk,
                movement=movement,
                installation=agreement.installation,
                agreement=agreement,
                mode=agreement.mode,
                period_begin=period[0],
                period_end=period[1],
                inputs=json.dumps(said, default=str, sort_keys=True, ensure_ascii=False),
                lines=[asdict(line) for line in priced.lines],
                total_c=priced.total_c,
                cost_c=priced.cost_c,
                issued_by=user,
                wall_at=security_now(),
                **measured,
            )
            post(movement, _entries(user, bill, priced))
            bill.save()
            audit.record("bill.issue", user=user, subject=f"bill:{bill.pk}")
    except IntegrityError:
        raise UnableToSell("Ese período de esta instalación ya está facturado.") from None
    return bill


def _entries(user: User, bill: Bill, priced: Any) -> list[LedgerEntry]:
    """The customer owes the total, the Nation the subsidy; a contribution is owed onwards."""
    provider_id = user.provider_pk
    owed, energy = (
        account_of(provider_id, AccountKind.BILL, bill),
        account_of(provider_id, AccountKind.ENERGY),
    )
    return [
        LedgerEntry(owed, energy, min(priced.total_c, priced.cost_c)),
        LedgerEntry(account_of(provider_id, AccountKind.SUBSIDY), energy, max(0, priced.subsidy_c)),
        LedgerEntry(owed, account_of(provider_id, AccountKind.CONTRIBUTION), max(0, -priced.subsidy_c)),
    ]
