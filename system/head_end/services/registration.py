"""Registration of meters: discovery behind a channel, the rule's decision, a person's, and quarantine."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.config.transactions import write_transaction
from system.head_end.errors import UnableToConfirm
from system.head_end.models import Channel, FoundDevice, MeterAccess
from system.head_end.registration_rules import REGISTRATION_REASONS, Findings, decide_registration
from system.head_end.selectors.meter_access import rules_of
from system.head_end.store_port import FoundMeter
from system.head_end.vocabulary import Registration
from system.registry.models import Device, DeviceIdentifier, DeviceKind, IdentifierKind


def grant_access(channel: Channel, device: Device, sap: int, now: datetime) -> MeterAccess:
    """Let a meter be spoken with behind a channel, within the caller's transaction.

    One that was put apart stays so: only a person lets it back (`confirm_found`).
    """
    access, made = MeterAccess.objects.get_or_create(
        device=device,
        defaults={
            "provider_id": channel.provider_id,
            "channel": channel,
            "sap": sap,
            "access": channel.access,
            "key_name": channel.key_name,
            "state": Registration.CONFIRMED.value,
            "state_since": now,
            "wanted_since": now,
        },
    )
    if not made and (access.channel_id, access.sap) != (channel.pk, sap):
        access.channel, access.sap = channel, sap
        access.save(update_fields=["channel", "sap"])
    found: MeterAccess = access
    return found


def make_channels_due(channel_ids: list[int], now: datetime) -> None:
    """Let the next lease look at channels: something is due behind them that was not before."""
    Channel.objects.filter(pk__in=channel_ids, due_at__gt=now).update(due_at=now)


def quarantine_access(access: MeterAccess, reason: str, at: datetime) -> None:
    """Put a meter apart; the caller saves the row."""
    access.state, access.state_reason, access.state_since = Registration.QUARANTINED.value, reason, at
    audit.record(
        Operation.CONFIRM_REGISTRATION.value,
        provider_id=access.provider_id,
        subject=f"device:{access.device_id}",
        detail={"state": access.state, "reason": reason, "by": "rule"},
    )


#: Kinds that are read.
METERS = (DeviceKind.METER.value, DeviceKind.TOTALISER.value, DeviceKind.SSFVI.value)
#: What a concentrator calls a meter that it holds against itself.
_HELD_BACK = frozenset({"quarantined", "rejected"})


@dataclass(slots=True)
class _Known:
    """Rows of registry and store about the meters that a channel lists."""

    devices: dict[str, Device] = field(default_factory=dict)
    eui48: dict[int, str] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    accesses: dict[int, MeterAccess] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    rows: dict[tuple[str, str], FoundDevice] = field(default_factory=dict)


def store_discovery(channel: Channel, found: Sequence[FoundMeter], now: datetime) -> None:
    """Write what a channel lists, within the caller's transaction, which holds the lease."""
    known, rules = _known_rows(channel, found), rules_of(channel.provider_id)
    serials = Counter(serial for serial, _ in {(one.serial, one.eui48) for one in found})
    for one in found:
        row = known.rows.get((one.serial, one.eui48)) or FoundDevice(
            provider_id=channel.provider_id,
            channel=channel,
            serial=one.serial[:40],
            eui48=one.eui48[:20],
            found_at=now,
            state="",
        )
        _note_listing(row, one, now)
        device = known.devices.get(one.serial)
        state, reason = decide_registration(
            _findings(channel, one, known, serials[one.serial] > 1), confirm_known=rules.confirm_known
        )
        _settle(channel, row, device, known, state, reason, now)
    channel.listed_at = now
    channel.save(update_fields=["listed_at"])


def _known_rows(channel: Channel, found: Sequence[FoundMeter]) -> _Known:
    serials = {one.serial for one in found}
    known = _Known()
    for device in Device.objects.filter(provider_id=channel.provider_id, serial__in=serials):
        known.devices[device.serial] = device
    ids = [device.pk for device in known.devices.values()]
    names = DeviceIdentifier.objects.filter(kind=IdentifierKind.EUI48, valid_to__isnull=True)
    known.eui48 = {row.device_id: row.value.lower() for row in names.filter(device_id__in=ids)}
    asked = {text for one in found for text in (one.eui48, one.eui48.lower(), one.eui48.upper()) if text}
    known.owners = {row.value.lower(): row.device_id for row in names.filter(value__in=asked)}
    known.accesses = {row.device_id: row for row in MeterAccess.objects.filter(device_id__in=ids)}
    others = FoundDevice.objects.filter(provider_id=channel.provider_id, serial__in=serials, reachable=True)
    recent = others.exclude(channel=channel).select_related("channel")
    known.elsewhere = {row.serial for row in recent if row.channel.listed_at == row.seen_at}
    known.rows = {(row.serial, row.eui48): row for row in FoundDevice.objects.filter(channel=channel)}
    return known


def _findings(channel: Channel, one: FoundMeter, known: _Known, listed_twice: bool) -> Findings:
    device = known.devices.get(one.serial)
    access = known.accesses.get(device.pk) if device else None
    away = access is not None and access.channel_id != channel.pk
    owner = known.owners.get(one.eui48.lower()) if one.eui48 else None
    ours = known.eui48.get(device.pk, "") if device else ""
    return Findings(
        known=device is not None,
        is_meter=device is None or device.kind in METERS,
        same_eui48=not ours or not one.eui48 or ours == one.eui48.lower(),
        eui48_elsewhere=owner is not None and (device is None or owner != device.pk),
        twice=listed_twice or (one.serial in known.elsewhere and one.reachable),
        elsewhere=away,
        concentrator_reason=(one.reason or "rogue-serial") if one.state in _HELD_BACK else "",
    )


def _note_listing(row: FoundDevice, one: FoundMeter, now: datetime) -> None:
    row.ldn, row.drn, row.sap = one.ldn[:40], one.drn[:20], one.sap
    row.reachable, row.seen_at = one.reachable, now


def _settle(
    channel: Channel,
    row: FoundDevice,
    device: Device | None,
    known: _Known,
    state: Registration,
    reason: str,
    now: datetime,
) -> None:
    """Write the decision; what a person decided is not changed by the rule."""
    row.device = device
    if row.decided_by_id is None and (row.state, row.reason) != (state.value, reason):
        row.state, row.reason = state.value, reason if reason in REGISTRATION_REASONS else "rogue-serial"
        _audit_rule(row)
    row.save()
    if row.state != Registration.CONFIRMED.value or device is None:
        return
    access = known.accesses.get(device.pk)
    if access is None or access.channel_id == channel.pk:
        grant_access(channel, device, row.sap, now)


def _audit_rule(row: FoundDevice) -> None:
    audit.record(
        Operation.CONFIRM_REGISTRATION.value,
        provider_id=row.provider_id,
        subject=f"found:{row.serial}"[:100],
        detail={"state": row.state, "reason": row.reason, "channel": row.channel_id, "by": "rule"},
    )


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
    with write_transaction():
        _decide(user, found, Registration.CONFIRMED, now, device)
        access = grant_access(found.channel, device, found.sap, now)
        if access.state != Registration.CONFIRMED.value:
            access.state, access.state_reason, access.state_since = Registration.CONFIRMED.value, "", now
            access.rests_until, access.failures = None, 0
            access.save()
        make_channels_due([found.channel_id], now)
    return access


def reject_found(user: User, found: FoundDevice) -> None:
    """Never speak with it; listing it again changes nothing.

    Raises:
        UnableToConfirm: the user may not.
    """
    _own(user, found)
    now = business_now()
    with write_transaction():
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
    with write_transaction():
        access.state, access.state_since = state.value, now
        access.state_reason = "" if state is Registration.CONFIRMED else "by-operator"
        access.rests_until, access.failures = None, 0
        access.save()
        _audit(user, f"device:{access.device_id}", state.value)
        make_channels_due([access.channel_id], now)


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
