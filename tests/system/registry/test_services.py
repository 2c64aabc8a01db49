"""Verbs of the registry: whole or not at all, dated, audited, and never over a provider's border."""

from datetime import timedelta
from typing import Any

import pytest
from vending_world import NOW, Village, drn, make_village

from system.accounts.models import AuditRecord, User
from system.config.clock import FixedBusinessClock
from system.registry import models
from system.registry.errors import UnableToRegister
from system.registry.selectors import (
    find_customers,
    find_devices,
    meters_without_keying,
    service_point_of,
    service_points_of,
)
from system.registry.services import devices, groups, installations, places
from system.registry.services.inputs import (
    KeyingData,
    MeterData,
    PersonData,
    PlaceData,
    ServicePointData,
    TermsData,
)


def home_data(village: Village, number: int = 7, **more: Any) -> ServicePointData:
    parts: dict[str, Any] = {
        "person": PersonData(f"{6000 + number}", "Rosalba Ortiz"),
        "place": PlaceData(f"N-{number}", village.site, estrato=1),
        "terms": TermsData(tariff_code="ZNI-E1"),
        "since": NOW - timedelta(days=1),
        "meter": MeterData("AMB", f"S-{number}", drn=drn(number), keying=KeyingData("201457")),
    }
    return ServicePointData(**{**parts, **more})


def test_a_home_is_made_at_once_and_can_be_sold_to(village: Village, operator: User) -> None:
    from system.vending.selectors.supply import find_supply

    installation = installations.register_service_point(operator, home_data(village))
    supply = find_supply(operator, drn(7), NOW)
    assert (supply.installation, supply.keying.sgc) == (installation, "201457")
    record = AuditRecord.objects.get(action="customers.edit")
    assert record.subject == f"installation:{installation.pk}"
    assert "Rosalba" not in str(record.detail)


REFUSED = {
    "niu": lambda village: home_data(village, 8, place=PlaceData("NIU-0001", village.site, estrato=1)),
    "serial": lambda village: home_data(
        village, 8, meter=MeterData("AMB", f"{village.provider.pk}-00000001")
    ),
    "drn": lambda village: home_data(village, 8, meter=MeterData("AMB", "S-8", drn=drn(1))),
    "document": lambda village: home_data(village, 8, person=PersonData("1001", "Otra persona")),
    "tariff_code": lambda village: home_data(village, 8, terms=TermsData(tariff_code="NADA")),
    "monthly_fee": lambda village: home_data(
        village, 8, terms=TermsData(mode="availability", tariff_code="ZNI-E1")
    ),
    "estrato": lambda village: home_data(village, 8, place=PlaceData("N-8", village.site)),
}


@pytest.mark.parametrize("field", REFUSED)
def test_what_is_refused_leaves_nothing_behind(field: str, village: Village, operator: User) -> None:
    village.customer(1)
    before = [model.objects.count() for model in (models.Installation, models.Customer, models.Device)]
    with pytest.raises(UnableToRegister) as refused:
        installations.register_service_point(operator, REFUSED[field](village))
    assert refused.value.field == field
    assert before == [m.objects.count() for m in (models.Installation, models.Customer, models.Device)]


def test_sector_and_stratum_go_together(village: Village, operator: User) -> None:
    shop = PlaceData("N-9", village.site, estrato=2, sector="commercial")
    with pytest.raises(UnableToRegister, match="Sólo una instalación residencial"):
        installations.register_service_point(operator, home_data(village, 9, place=shop))


def test_the_same_person_may_have_two_homes(village: Village, operator: User) -> None:
    first = installations.register_service_point(operator, home_data(village, 1))
    person = PersonData("6001", "ROSALBA ORTIZ")
    installations.register_service_point(operator, home_data(village, 2, person=person))
    customer = models.Customer.objects.get()
    assert [home.installation.niu for home in service_points_of(operator, customer)] == ["N-1", "N-2"]
    assert service_point_of(operator, first).drn == drn(1)


def test_a_swap_is_two_dated_facts_and_the_debts_stay(village: Village, operator: User) -> None:
    installation = village.customer(1)
    old = installation.devices.get().device
    new = devices.register_device(operator, MeterData("AMB", "NUEVO", drn=drn(2)), NOW - timedelta(days=9))
    at = NOW - timedelta(hours=1)
    devices.swap_meter(operator, installation, new, at)
    rows = list(models.DeviceInstallation.objects.order_by("valid_from"))
    assert [(row.device, row.valid_to) for row in rows] == [(old, at), (new, None)]
    assert installation.agreements.filter(valid_to__isnull=True).count() == 1
    for instant, hung in ((at - timedelta(seconds=1), old), (at, new)):
        assert models.DeviceInstallation.objects.at(instant).get().device == hung


def test_swaps_that_make_no_sense(
    village: Village, operator: User, business_time: FixedBusinessClock
) -> None:
    one, two = village.customer(1), village.customer(2)
    present = one.devices.get().device
    cases: list[tuple[Any, Any, Any]] = [
        (one, present, NOW),  # hangs there
        (two, present, NOW),  # hangs elsewhere
        (one, None, NOW + timedelta(minutes=1)),  # in the future
        (one, None, NOW - timedelta(days=4000)),  # before it was hung
    ]
    for installation, device, at in cases:
        with pytest.raises(UnableToRegister):
            devices.swap_meter(operator, installation, device, at)
    devices.swap_meter(operator, one, None, NOW)
    assert service_point_of(operator, one).meter is None
    with pytest.raises(UnableToRegister, match="no hay ningún medidor"):
        devices.swap_meter(operator, one, None, NOW)
    business_time.instant = NOW + timedelta(hours=2)
    devices.swap_meter(operator, two, None, NOW + timedelta(hours=1))
    with pytest.raises(UnableToRegister, match="en otra parte"):  # it hung at `two` at that time
        devices.swap_meter(operator, one, two.devices.get().device, NOW + timedelta(minutes=5))


def test_keys_and_names_are_dated(
    village: Village, operator: User, business_time: FixedBusinessClock
) -> None:
    device = village.customer(1).devices.get().device
    former = device.keyings.get()
    assert devices.set_keying(operator, device, KeyingData("201457")) == former  # nothing changes
    row = devices.set_keying(operator, device, KeyingData("201457", krn=2))
    former.refresh_from_db()
    assert (former.valid_to, row.valid_from) == (NOW, NOW)
    devices.set_identifier(operator, device, "ldn", "AMB0000000000001")
    business_time.instant = NOW + timedelta(seconds=1)
    devices.set_identifier(operator, device, "ldn", "AMB0000000000002")
    held = device.identifiers.filter(kind="ldn", valid_to__isnull=True)
    assert held.get().value == "AMB0000000000002"
    other = village.customer(2).devices.get().device
    with pytest.raises(UnableToRegister, match="ya lo lleva otro"):
        devices.set_identifier(operator, other, "ldn", "AMB0000000000002")


def test_an_agreement_follows_another(village: Village, operator: User) -> None:
    installation = village.customer(1)
    person = installation.agreements.get().customer
    with pytest.raises(UnableToRegister, match="ya es el vigente"):
        installations.sign_agreement(operator, installation, person, TermsData(tariff_code="ZNI-E1"))
    row = installations.sign_agreement(
        operator, installation, person, TermsData("availability", "ZNI-E1", monthly_fee_c=1_500_000)
    )
    assert installation.agreements.get(valid_to=NOW).mode == "prepaid"
    assert service_point_of(operator, installation).agreement == row


def test_corrections_say_which_columns_and_not_what(village: Village, operator: User) -> None:
    installation = village.customer(1)
    person = installation.agreements.get().customer
    installations.edit_customer(operator, person, PersonData("1001", "Persona 1", phone="3001234567"))
    assert AuditRecord.objects.latest("id").detail == {"changed": ["phone"]}
    installations.edit_installation(operator, installation, PlaceData("NIU-0001", village.site, estrato=2))
    assert AuditRecord.objects.latest("id").detail == {"changed": ["estrato"]}
    village.customer(2)
    with pytest.raises(UnableToRegister, match="otro cliente"):
        installations.edit_customer(operator, person, PersonData("1002", "Persona 1"))
    with pytest.raises(UnableToRegister, match="NIU-0002"):
        installations.edit_installation(
            operator, installation, PlaceData("NIU-0002", village.site, estrato=2)
        )


def test_groups_keep_their_history(
    village: Village, operator: User, business_time: FixedBusinessClock
) -> None:
    installations = [village.customer(number) for number in (1, 2)]
    group = groups.create_group(operator, axis="zone", name="Sector alto")
    assert groups.join(operator, group, installations) == 2
    assert groups.join(operator, group, installations) == 0
    membership = group.memberships.get(installation=installations[0])
    with pytest.raises(UnableToRegister, match="Acaba de entrar"):
        groups.leave(operator, membership)
    business_time.instant = NOW + timedelta(days=1)
    groups.leave(operator, membership)
    with pytest.raises(UnableToRegister, match="ya no está"):
        groups.leave(operator, membership)
    assert groups.join(operator, group, installations) == 1
    assert group.memberships.filter(installation=installations[0]).count() == 2
    with pytest.raises(UnableToRegister, match="ya hay un grupo"):
        groups.create_group(operator, axis="zone", name="Sector alto")
    with pytest.raises(UnableToRegister, match="eje"):
        groups.create_group(operator, axis="nada", name="x")


def test_places_have_names_once(village: Village, operator: User) -> None:
    community = places.create_community(
        operator, name="El Aserrío", municipality="Teorama", dane="", altitude_m=1200
    )
    site = places.create_site(operator, community=community, name="Nanorred", kind="nano")
    places.create_feeder(operator, site=site, name="Circuito 1")
    with pytest.raises(UnableToRegister, match="ya existe"):
        places.create_feeder(operator, site=site, name="Circuito 1")
    feeder = models.Feeder.objects.get()
    with pytest.raises(UnableToRegister, match="no es de ese sitio"):
        installations.check_place(operator.provider_pk, PlaceData("x", village.site, feeder, estrato=1))


def test_nobody_reaches_over_the_border(village: Village, operator: User) -> None:
    other = make_village("Otra empresa")
    theirs = other.customer(9)
    mine = village.customer(1)
    device = theirs.devices.get().device
    person = theirs.agreements.get().customer
    group = models.Group.objects.create(provider=other.provider, axis="zone", name="x")
    attempts = [
        lambda: devices.swap_meter(operator, theirs, None, NOW),
        lambda: devices.swap_meter(operator, mine, device, NOW),
        lambda: devices.set_keying(operator, device, KeyingData("201457", krn=3)),
        lambda: devices.set_identifier(operator, device, "ldn", "x"),
        lambda: installations.edit_customer(operator, person, PersonData("1", "x")),
        lambda: installations.edit_installation(operator, theirs, PlaceData("x", village.site, estrato=1)),
        lambda: installations.sign_agreement(operator, mine, person, TermsData(tariff_code="ZNI-E1")),
        lambda: installations.register_service_point(
            operator, home_data(village, 5, place=PlaceData("N", other.site))
        ),
        lambda: groups.join(operator, group, [mine]),
        lambda: places.create_site(operator, community=other.site.community, name="x", kind="nano"),
    ]
    for attempt in attempts:
        with pytest.raises(UnableToRegister):
            attempt()
    assert set(find_customers(operator)) == {mine.agreements.get().customer}
    assert list(find_devices(operator)) == [mine.devices.get().device]


def test_search_finds_by_whatever_somebody_holds_in_his_hand(village: Village, operator: User) -> None:
    installation = village.customer(1)
    village.customer(2)
    person = installation.agreements.get().customer
    device = installation.devices.get().device
    for text in ("persona 1", "1001", "1.001", "NIU-0001", "niu-0001", drn(1), device.serial):
        assert list(find_customers(operator, text)) == [person], text
    person.name = "María Ñáñez"
    person.save()
    for text in ("ñáñez", "MARÍA ñÁÑez", "maría 1001", "nanez", "NANEZ maria", "ñanéz"):
        assert list(find_customers(operator, text)) == [person], text
    assert list(find_customers(operator, "'; DROP TABLE registry_customer; --")) == []
    assert list(find_devices(operator, drn(1))) == [device]
    assert meters_without_keying(operator) == 0
    devices.register_device(operator, MeterData("AMB", "SIN"), NOW)
    assert meters_without_keying(operator) == 1
    assert [found.serial for found in find_devices(operator, state="free")] == ["SIN"]
