"""Key changes: planned for the next sale, or by themselves after approval and two operators' signatures."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from protocols.sts.errors import StsValueError
from protocols.sts.identity import KRN_RANGE, SGC_DIGITS, TI_RANGE, check_range
from system.accounts import audit, four_eyes
from system.accounts.models import Approval, User
from system.accounts.permissions import Operation
from system.config.clock import BOGOTA, business_now, security_now
from system.registry.models import Device, MeterKeying
from system.vending.errors import UnableToSell
from system.vending.models import MovementKind, PlannedKeyChange, Sale, SaleKind
from system.vending.services.vend_transaction import (
    VendTerms,
    find_or_reserve,
    fingerprint,
    finish_sale,
    locked_supply,
    reserve_sale,
)

# ------------ planned: the next sale brings the tokens along, before the credit


def plan_key_change(user: User, device: Device, *, krn: int, ti: int) -> PlannedKeyChange:
    """Plan another key revision or tariff index within the meter's supply group.

    Another supply group needs the signatures of two operators: `system.vending.services.key_changes`.

    Raises:
        UnableToSell: the user may not, the meter has no keys or has these, or a plan is open.
    """
    if not user.may(Operation.KEY_CHANGE) or device.provider_id != user.provider_id:
        raise UnableToSell("Su rol no permite planear cambios de llave de este medidor.")
    _require_in_range(krn, ti)
    keying = MeterKeying.objects.of(user).at(business_now()).filter(device=device).first()
    if keying is None:
        raise UnableToSell(f"El medidor {device.serial} no tiene datos STS.")
    if (keying.krn, keying.ti) == (krn, ti):
        raise UnableToSell("El medidor ya tiene esa llave y ese índice de tarifa.")
    require_no_lease(device)
    try:
        with transaction.atomic():
            plan: PlannedKeyChange = PlannedKeyChange.objects.create(
                provider_id=user.provider_pk,
                device=device,
                sgc=keying.sgc,
                krn=krn,
                ti=ti,
                planned_by=user,
                planned_at=security_now(),
            )
            audit.record(
                f"{Operation.KEY_CHANGE.value}.plan",
                user=user,
                subject=f"device:{device.pk}",
                detail={"krn": krn, "ti": ti},
            )
    except IntegrityError:
        raise UnableToSell("Este medidor ya tiene un cambio de llave planeado.") from None
    return plan


def require_no_lease(device: Device) -> None:
    """Let go on where no terminal without a link may still mint with the key that the meter has.

    Raises:
        UnableToSell: one may; the sentence says which, and until when.
    """
    leases = device.leases.filter(until__gt=business_now()).select_related("pack__terminal")
    last = leases.order_by("-until").first()
    if last is not None:
        day = f"{last.until.astimezone(BOGOTA):%Y-%m-%d %H:%M}"
        raise UnableToSell(
            f"El terminal sin red {last.pack.terminal.code} puede vender a este medidor hasta el {day}: "
            "el cambio de llave debe esperar."
        )


def drop_key_change(user: User, plan: PlannedKeyChange) -> None:
    """Take a plan back.

    Raises:
        UnableToSell: the user may not, or it was minted or taken back before.
    """
    if not user.may(Operation.KEY_CHANGE) or plan.provider_id != user.provider_id:
        raise UnableToSell("Su rol no permite quitar este cambio de llave.")
    with transaction.atomic():
        open_plans = PlannedKeyChange.objects.filter(pk=plan.pk, ended_at__isnull=True)
        if open_plans.update(ended_at=security_now()) != 1:
            raise UnableToSell("Este cambio de llave ya no está pendiente.")
        audit.record(f"{Operation.KEY_CHANGE.value}.drop", user=user, subject=f"device:{plan.device_id}")


# ------------ by itself: asked by one, approved by another, signed with two operators' keys


def key_change_arguments(number: str, target: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of the approval."""
    return {"number": number, "target": dict(target)}


def _require_in_range(krn: int, ti: int) -> None:
    try:
        check_range("KRN", krn, KRN_RANGE)
        check_range("TI", ti, TI_RANGE)
    except StsValueError:
        (krn_low, krn_high), (ti_low, ti_high) = KRN_RANGE, TI_RANGE
        raise UnableToSell(f"KRN va de {krn_low} a {krn_high} y TI de {ti_low} a {ti_high}.") from None


def key_change_target(sgc: str, krn: int, ti: int) -> dict[str, Any]:
    """Target of a change, as the security module wants it.

    Raises:
        UnableToSell: out of range.
    """
    if not (len(sgc) == SGC_DIGITS and sgc.isascii() and sgc.isdigit()):
        raise UnableToSell("El SGC tiene 6 dígitos.")
    _require_in_range(krn, ti)
    return {"sgc": sgc, "krn": krn, "ti": ti}


def change_key(
    user: User,
    sale_id: uuid.UUID,
    number: str,
    target: Mapping[str, Any],
    approval: Approval,
    signatures: Mapping[str, Any],
) -> Sale:
    """Make the tokens that load another key; the registry has it from then on.

    Args:
        user: who asked.
        sale_id: made by the caller.
        number: DRN or serial.
        target: of `key_change_target`.
        approval: granted by a second person for exactly this.
        signatures: the ``approval`` of the security module's API: two operators' signatures.

    Raises:
        UnableToSell: refused; nothing was minted.
        SalePending: the module did not answer.
    """
    asked = fingerprint("key-change", number, dict(target))
    if not user.may(Operation.KEY_CHANGE):
        raise UnableToSell("Su rol no permite cambios de llave.")
    try:
        four_eyes.require_granted(approval, Operation.KEY_CHANGE, key_change_arguments(number, target))
    except four_eyes.UnableToApprove as error:
        raise UnableToSell(f"Falta la aprobación de otra persona: {error}.") from error
    request = {"target": dict(target), "approval": dict(signatures)}
    terms = VendTerms(sale_id, SaleKind.KEY_CHANGE, MovementKind.OPENING, request, asked, approval)
    return finish_sale(
        find_or_reserve(user, sale_id, asked, lambda: _reserve_key_change(user, number, terms))
    )


def _reserve_key_change(user: User, number: str, terms: VendTerms) -> Sale:
    now = business_now()
    with transaction.atomic():
        supply = locked_supply(user, number, now)
        require_no_lease(supply.device)
        sale = reserve_sale(user, supply, terms, now)
        audit.record(Operation.KEY_CHANGE.value, user=user, subject=f"sale:{terms.sale_id}")
    return sale
