"""Remember what was found behind a channel; the rule confirms it, keeps it waiting, or puts it apart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from system.accounts import audit
from system.accounts.operations import Operation
from system.head_end.desk import FoundMeter
from system.head_end.models import Channel, FoundDevice, MeterAccess
from system.head_end.registration import WHY, Findings, decide
from system.head_end.selectors.rules import rules_of
from system.head_end.services.accesses import give_access
from system.head_end.vocabulary import Registration
from system.registry.models import Device, DeviceIdentifier, DeviceKind, IdentifierKind

#: Kinds that are read.
METERS = (DeviceKind.METER.value, DeviceKind.TOTALISER.value, DeviceKind.SSFVI.value)
#: What a concentrator calls a meter that it holds against itself.
_HELD_BACK = frozenset({"quarantined", "rejected"})


@dataclass(slots=True)
class _Known:
    """What registry and store know about what a channel lists."""

    devices: dict[str, Device] = field(default_factory=dict)
    eui48: dict[int, str] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    accesses: dict[int, MeterAccess] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    rows: dict[tuple[str, str], FoundDevice] = field(default_factory=dict)


def keep_found(channel: Channel, found: Sequence[FoundMeter], now: datetime) -> None:
    """Write what a channel lists, within the caller's transaction, which holds the lease."""
    known, rules = _known(channel, found), rules_of(channel.provider_id)
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
        _note(row, one, now)
        device = known.devices.get(one.serial)
        state, reason = decide(
            _findings(channel, one, known, serials[one.serial] > 1), confirm_known=rules.confirm_known
        )
        _settle(channel, row, device, known, state, reason, now)
    channel.listed_at = now
    channel.save(update_fields=["listed_at"])


def _known(channel: Channel, found: Sequence[FoundMeter]) -> _Known:
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


def _note(row: FoundDevice, one: FoundMeter, now: datetime) -> None:
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
        row.state, row.reason = state.value, reason if reason in WHY else "rogue-serial"
        _tell(row)
    row.save()
    if row.state != Registration.CONFIRMED.value or device is None:
        return
    access = known.accesses.get(device.pk)
    if access is None or access.channel_id == channel.pk:
        give_access(channel, device, row.sap, now)


def _tell(row: FoundDevice) -> None:
    audit.record(
        Operation.CONFIRM_REGISTRATION.value,
        provider_id=row.provider_id,
        subject=f"found:{row.serial}"[:100],
        detail={"state": row.state, "reason": row.reason, "channel": row.channel_id, "by": "rule"},
    )
