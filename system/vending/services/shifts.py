"""Open and close a counter; receive what a merchant hands over."""

import uuid

from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.vending.errors import UnableToSell
from system.vending.ledger import LedgerEntry, account_of, new_movement, post
from system.vending.models import (
    AccountKind,
    Deposit,
    Merchant,
    MovementKind,
    OpenSale,
    PointOfSale,
    Shift,
    ShiftClosure,
)
from system.vending.pricing.money import AMOUNT_C_MAX
from system.vending.selectors.shifts import collected_c, open_shift_of


def open_shift(user: User, point_of_sale: PointOfSale, opening_cash_c: int, shift_id: uuid.UUID) -> Shift:
    """Open a counter; the same id again gives the same shift.

    Raises:
        UnableToSell: the counter is not his, is suspended or taken, he has another one open, or the cash is
            no amount.
    """
    known: Shift | None = Shift.objects.filter(pk=shift_id).first()
    if known is not None:
        if (known.cashier_id, known.point_of_sale_id) != (user.pk, point_of_sale.pk):
            raise UnableToSell("Ese identificador ya se usó para otro turno.")
        return known
    if not user.may(Operation.OPERATE_SHIFT) or point_of_sale.provider_id != user.provider_id:
        raise UnableToSell("Su rol no permite abrir turno en este punto de venta.")
    if not point_of_sale.active or not point_of_sale.merchant.active:
        raise UnableToSell("Este punto de venta está suspendido.")
    if not 0 <= opening_cash_c <= AMOUNT_C_MAX:
        raise UnableToSell("La base de caja no es un valor válido.")
    with transaction.atomic():
        PointOfSale.objects.select_for_update().get(pk=point_of_sale.pk)
        if open_shift_of(user) is not None:
            raise UnableToSell("Usted ya tiene un turno abierto: ciérrelo primero.")
        here = Shift.objects.filter(point_of_sale=point_of_sale, closure__isnull=True)
        if here.filter(terminal_shift__isnull=True).exists():
            raise UnableToSell("Este punto de venta tiene un turno abierto por otra persona.")
        shift = Shift(
            id=shift_id,
            provider_id=user.provider_pk,
            point_of_sale=point_of_sale,
            cashier=user,
            opened_at=business_now(),
            opening_cash_c=opening_cash_c,
        )
        shift.save()
        audit.record(Operation.OPERATE_SHIFT.value, user=user, subject=f"shift:{shift.pk}")
    return shift


def close_shift(user: User, shift: Shift, counted_cash_c: int, note: str = "") -> ShiftClosure:
    """Close a counter with the cash that was counted.

    Raises:
        UnableToSell: it is not his, is closed, or a sale of it has no outcome yet.
    """
    if shift.cashier_id != user.pk:
        raise UnableToSell("El turno es de otra persona.")
    if not 0 <= counted_cash_c <= AMOUNT_C_MAX:
        raise UnableToSell("El efectivo contado no es un valor válido.")
    try:
        with transaction.atomic():
            if OpenSale.objects.filter(sale__shift=shift).exists():
                raise UnableToSell("Hay una venta sin resultado: consúltela antes de cerrar.")
            closure = ShiftClosure(
                shift=shift,
                provider_id=user.provider_pk,
                closed_at=business_now(),
                counted_cash_c=counted_cash_c,
                expected_cash_c=shift.opening_cash_c + collected_c(shift),
                note=note[:200],
            )
            closure.save()
            audit.record(Operation.OPERATE_SHIFT.value, user=user, subject=f"shift:{shift.pk}")
    except IntegrityError:
        raise UnableToSell("El turno ya está cerrado.") from None
    return closure


def receive_deposit(
    user: User, merchant: Merchant, amount_c: int, reference: str, deposit_id: uuid.UUID
) -> Deposit:
    """Take money from a merchant: what he owes shrinks by exactly so much. The same id is the same deposit.

    Raises:
        UnableToSell: the user may not, the merchant is not his provider's, or the amount is no amount.
    """
    known: Deposit | None = Deposit.objects.filter(pk=deposit_id).first()
    if known is not None:
        if (known.merchant_id, known.amount_c) != (merchant.pk, amount_c):
            raise UnableToSell("Ese identificador ya se usó para otra consignación.")
        return known
    if not user.may(Operation.RECEIVE_DEPOSIT) or merchant.provider_id != user.provider_id:
        raise UnableToSell("Su rol no permite recibir consignaciones de este comercio.")
    if not 0 < amount_c <= AMOUNT_C_MAX:
        raise UnableToSell("El valor consignado debe ser mayor que cero.")
    now = business_now()
    movement = new_movement(user.provider_pk, MovementKind.DEPOSIT, deposit_id, at=now)
    bank, owed = (
        account_of(user.provider_pk, AccountKind.BANK),
        account_of(user.provider_pk, AccountKind.MERCHANT, merchant),
    )
    deposit = Deposit(
        id=deposit_id,
        provider_id=user.provider_pk,
        merchant=merchant,
        movement=movement,
        amount_c=amount_c,
        reference=reference[:60],
        received_by=user,
        received_at=now,
    )
    try:
        with transaction.atomic():
            post(movement, [LedgerEntry(bank, owed, amount_c)])
            deposit.save()
            audit.record(Operation.RECEIVE_DEPOSIT.value, user=user, subject=f"deposit:{deposit.pk}")
    except IntegrityError:
        raise UnableToSell("Ese identificador ya se usó para otra cosa.") from None
    return deposit
