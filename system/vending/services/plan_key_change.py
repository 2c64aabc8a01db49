"""Plan a key change: the next sale to the meter brings its tokens along, before the credit."""

from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import BOGOTA, business_now, security_now
from system.registry.models import Device, MeterKeying
from system.vending.errors import UnableToSell
from system.vending.models import PlannedKeyChange


def plan_key_change(user: User, device: Device, *, krn: int, ti: int) -> PlannedKeyChange:
    """Plan another key revision or tariff index within the meter's supply group.

    Another supply group needs the signatures of two operators: `system.vending.services.change_key`.

    Raises:
        UnableToSell: the user may not, the meter has no keys or has these, or a plan is open.
    """
    if not user.may(Operation.KEY_CHANGE) or device.provider_id != user.provider_id:
        raise UnableToSell("Su rol no permite planear cambios de llave de este medidor.")
    if not (1 <= krn <= 9 and 0 <= ti <= 99):
        raise UnableToSell("KRN va de 1 a 9 y TI de 0 a 99.")
    keying = MeterKeying.objects.of(user).at(business_now()).filter(device=device).first()
    if keying is None:
        raise UnableToSell(f"El medidor {device.serial} no tiene datos STS.")
    if (keying.krn, keying.ti) == (krn, ti):
        raise UnableToSell("El medidor ya tiene esa llave y ese índice de tarifa.")
    see_no_lease(device)
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


def see_no_lease(device: Device) -> None:
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
