"""Registration: what the registry knows is confirmed; the rest waits or is kept apart, and people decide."""

from datetime import timedelta
from typing import Any

import pytest
from field_store import MIDNIGHT, QUARTER, Field

from system.accounts.models import AuditRecord
from system.head_end import store_port
from system.head_end.errors import UnableToConfirm
from system.head_end.models import FieldRules, FoundDevice, MeterAccess
from system.head_end.services.registration import confirm_found, reject_found, set_access_state
from system.head_end.vocabulary import Registration
from system.registry.models import DeviceIdentifier

NOW = MIDNIGHT + QUARTER


def found(serial: str, sap: int = 20, eui48: str = "0011223344aa", **more: Any) -> store_port.FoundMeter:
    given = {"ldn": "AMB1", "drn": "", "state": "registered", **more}
    return store_port.FoundMeter(serial=serial, eui48=eui48, sap=sap, **given)


@pytest.fixture
def channel(field: Field) -> Any:
    return field.channel(concentrator=True)


def listed(field: Field, *meters: store_port.FoundMeter, now: Any = NOW) -> store_port.Visit:
    """One visit in which a concentrator lists these meters."""
    visit = field.lease(now)
    field.store.keep_found(visit.lease, meters, now)
    field.store.release(visit.lease, now)
    return visit


def test_what_the_registry_knows_is_confirmed_and_spoken_with(field: Field, channel: Any) -> None:
    device = field.device(1)
    listed(field, found(device.serial, sap=33))
    access = MeterAccess.objects.get()
    assert (access.device, access.sap, access.channel) == (device, 33, channel)
    assert FoundDevice.objects.get().state == "confirmed"
    assert AuditRecord.objects.filter(action="field.confirm").get().detail["state"] == "confirmed"
    (visit,) = field.store.lease("uno", 1, NOW)
    assert [meter.serial for meter in visit.meters] == [device.serial]


def test_listing_it_again_changes_nothing(field: Field, channel: Any) -> None:
    device = field.device(1)
    listed(field, found(device.serial))
    before = AuditRecord.objects.count()
    listed(field, found(device.serial), now=NOW + timedelta(minutes=10))
    assert AuditRecord.objects.count() == before
    assert FoundDevice.objects.get().seen_at == NOW + timedelta(minutes=10)
    assert MeterAccess.objects.count() == 1


def test_a_stranger_is_kept_apart_until_somebody_decides(field: Field, channel: Any) -> None:
    listed(field, found("NOBODY-1"), found("NOBODY-2", eui48="0011223344bb"))
    strangers = list(FoundDevice.objects.order_by("serial"))
    assert [(row.state, row.reason) for row in strangers] == [("quarantined", "unknown-serial")] * 2
    assert not MeterAccess.objects.exists()
    user = field.operator()
    with pytest.raises(UnableToConfirm, match="Registre primero"):
        confirm_found(user, strangers[0])
    reject_found(user, strangers[1])
    listed(field, found("NOBODY-2", eui48="0011223344bb"), now=NOW + timedelta(minutes=10))
    strangers[1].refresh_from_db()
    assert strangers[1].state == "rejected"


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("wrong-keys", "wrong-keys"), ("rogue-serial", "rogue-serial"), ("", "rogue-serial")],
)
def test_what_the_concentrator_holds_against_a_meter_counts(
    field: Field, channel: Any, reason: str, expected: str
) -> None:
    device = field.device(1)
    listed(field, found(device.serial, state="quarantined", reason=reason))
    assert FoundDevice.objects.get().reason == expected
    assert not MeterAccess.objects.exists()


def test_the_same_serial_twice_is_kept_apart(field: Field, channel: Any) -> None:
    device = field.device(1)
    listed(field, found(device.serial), found(device.serial, 21, "0011223344bb"))
    assert set(FoundDevice.objects.values_list("state", "reason")) == {("quarantined", "duplicate-serial")}
    assert not MeterAccess.objects.exists()


def test_a_serial_that_is_reachable_behind_two_concentrators_is_kept_apart(
    field: Field, channel: Any
) -> None:
    device = field.device(1)
    listed(field, found(device.serial))
    other = field.channel("C2", concentrator=True)
    for visit in field.store.lease("uno", 5, NOW + timedelta(seconds=1)):
        if visit.channel.id == other.pk:
            field.store.keep_found(visit.lease, [found(device.serial)], NOW)
    assert FoundDevice.objects.get(channel=other).reason == "duplicate-serial"
    assert MeterAccess.objects.get().channel == channel


def test_another_eui48_than_the_registrys_is_kept_apart(field: Field, channel: Any) -> None:
    device = field.device(1)
    DeviceIdentifier.objects.create(
        provider=field.village.provider,
        device=device,
        kind="eui48",
        value="00AABBCCDDEE",
        valid_from=MIDNIGHT - timedelta(days=30),
    )
    listed(field, found(device.serial))
    assert FoundDevice.objects.get().reason == "other-eui48"
    listed(field, found(device.serial, eui48="00aabbccddee"), now=NOW + timedelta(minutes=10))
    assert FoundDevice.objects.get(eui48="00aabbccddee").state == "confirmed"


def test_a_provider_may_want_to_confirm_everything_himself(field: Field, channel: Any) -> None:
    FieldRules.objects.create(provider=field.village.provider, confirm_known=False)
    device = field.device(1)
    listed(field, found(device.serial))
    waiting = FoundDevice.objects.get()
    assert (waiting.state, waiting.reason) == ("found", "waiting")
    access = confirm_found(field.operator(), waiting)
    assert access.state == "confirmed"
    assert AuditRecord.objects.filter(user=field.operator()).exists()


def test_a_meter_that_moved_waits_for_somebody(field: Field, channel: Any) -> None:
    device = field.device(1)
    listed(field, found(device.serial))
    listed(field, found(device.serial, reachable=False), now=NOW + timedelta(minutes=10))
    field.channel("C2", concentrator=True)
    visit = next(
        v for v in field.store.lease("uno", 5, NOW + timedelta(minutes=11)) if v.channel.name == "C2"
    )
    field.store.keep_found(visit.lease, [found(device.serial, sap=50)], NOW + timedelta(minutes=11))
    moved = FoundDevice.objects.get(channel__name="C2")
    assert (moved.state, moved.reason) == ("found", "elsewhere")
    confirm_found(field.operator(), moved)
    access = MeterAccess.objects.get()
    assert (access.channel.name, access.sap) == ("C2", 50)


def test_only_who_may_decides(field: Field, channel: Any) -> None:
    device = field.device(1)
    listed(field, found(device.serial))
    row, access = FoundDevice.objects.get(), MeterAccess.objects.get()
    auditor = field.operator("auditor")
    for attempt in (
        lambda: confirm_found(auditor, row),
        lambda: reject_found(auditor, row),
        lambda: set_access_state(auditor, access, Registration.QUARANTINED),
    ):
        with pytest.raises(UnableToConfirm):
            attempt()
    set_access_state(field.operator(), access, Registration.QUARANTINED)
    assert all(not visit.meters for visit in field.store.lease("uno", 5, NOW + timedelta(hours=1)))
