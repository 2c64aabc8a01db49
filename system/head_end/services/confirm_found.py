"""What a person decides about a meter that was found in the field."""

from datetime import datetime

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.config.writer import writing
from system.head_end.errors import UnableToConfirm
from system.head_end.models import FoundDevice, MeterAccess
from system.head_end.services.accesses import give_access, look_again
from system.head_end.vocabulary import Registration
from system.registry.models import Device


def confirm_found(user: User, found: FoundDevice) -> MeterAccess:
    """Speak with a meter that waits or was put apart; one from elsewhere moves to where it was found.

    Raises:
        UnableToConfirm: the user may not, or the registry does not know it.
    """
    _own(user, found)
    device = Device.objects.of(user).filter(serial=found.serial).first()
    if device is None:
        raise UnableToConfirm(f"Registre primero el medidor {found.serial}.")
    if _confirmed_twin(found):
        raise UnableToConfirm(
            f"Otro medidor con la serie {found.serial} ya está confirmado: rechácelo primero."
        )
    now = business_now()
    with writing():
        _decide(user, found, Registration.CONFIRMED, now, device)
        access = give_access(found.channel, device, found.sap, now)
        if access.state != Registration.CONFIRMED.value:
            access.state, access.state_reason, access.state_since = Registration.CONFIRMED.value, "", now
            access.rests_until, access.failures = None, 0
            access.save()
        look_again([found.channel_id], now)
    return access


def reject_found(user: User, found: FoundDevice) -> None:
    """Never speak with it; listing it again changes nothing.

    Raises:
        UnableToConfirm: the user may not.
    """
    _own(user, found)
    now = business_now()
    with writing():
        _decide(user, found, Registration.REJECTED, now, found.device)
        MeterAccess.objects.filter(device=found.device, channel_id=found.channel_id, sap=found.sap).update(
            state=Registration.REJECTED.value, state_reason="by-operator", state_since=now
        )


def set_access_state(user: User, access: MeterAccess, state: Registration) -> None:
    """Put a confirmed meter apart, or let one back.

    Raises:
        UnableToConfirm: the user may not, or the state is none of the two.
    """
    if access.provider_id != user.provider_id or not user.may(Operation.CONFIRM_REGISTRATION):
        raise UnableToConfirm("Su rol no permite confirmar medidores.")
    if state not in {Registration.CONFIRMED, Registration.QUARANTINED}:
        raise UnableToConfirm("Un medidor se confirma o se pone en cuarentena.")
    now = business_now()
    with writing():
        access.state, access.state_since = state.value, now
        access.state_reason = "" if state is Registration.CONFIRMED else "by-operator"
        access.rests_until, access.failures = None, 0
        access.save()
        _audit(user, f"device:{access.device_id}", state.value)
        look_again([access.channel_id], now)


def _confirmed_twin(found: FoundDevice) -> bool:
    twins = FoundDevice.objects.filter(
        provider_id=found.provider_id, serial=found.serial, state=Registration.CONFIRMED.value
    )
    here = twins.filter(channel_id=found.channel_id).exclude(pk=found.pk)
    return bool(here.exists())


def _decide(
    user: User, found: FoundDevice, state: Registration, now: datetime, device: Device | None
) -> None:
    found.state, found.reason = state.value, "" if state is Registration.CONFIRMED else "by-operator"
    found.decided_by, found.decided_at, found.device = user, now, device
    found.save()
    _audit(user, f"found:{found.serial}"[:100], state.value)


def _audit(user: User, subject: str, state: str) -> None:
    audit.record(Operation.CONFIRM_REGISTRATION.value, user=user, subject=subject, detail={"state": state})


def _own(user: User, found: FoundDevice) -> None:
    if found.provider_id != user.provider_id or not user.may(Operation.CONFIRM_REGISTRATION):
        raise UnableToConfirm("Su rol no permite confirmar medidores.")
