"""Another DRN, logical name, EUI-48 or system title: cleaned, dated, refused where somebody else bears it."""

from typing import Any

import pytest
from django.test import Client
from vending_world import Village, drn, make_village

from system.registry.models import DeviceIdentifier
from system.vending.selectors.supply import find_supply


@pytest.fixture
def device(village: Village) -> Any:
    return village.customer(1).devices.get().device


def address(device: Any) -> str:
    return f"/medidores/{device.pk}/identificacion/"


def test_a_corrected_drn_is_what_is_sold_to(office: Client, device: Any, business_time: Any) -> None:
    answer = office.post(address(device), {"kind": "drn", "value": f" {drn(9)[:4]} {drn(9)[4:]} "})
    assert answer.status_code == 302
    rows = DeviceIdentifier.objects.filter(device=device, kind="drn").order_by("pk")
    assert [(row.value, row.valid_to is None) for row in rows] == [(drn(1), False), (drn(9), True)]
    page = office.get(f"/medidores/{device.pk}/").content.decode()
    assert drn(1) in page
    assert drn(9) in page
    user = device.provider.users.get(role="supervisor")
    assert find_supply(user, drn(9), business_time.instant).drn == drn(9)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("eui48", "02:dc:00:00:00:01", "02DC00000001"),
        ("system_title", "414d 4200 0000 0001", "414D420000000001"),
        ("ldn", " AMB0000000000001", "AMB0000000000001"),
    ],
)
def test_each_kind_is_written_in_one_way(
    office: Client, device: Any, kind: str, typed: str, kept: str
) -> None:
    assert office.post(address(device), {"kind": kind, "value": typed}).status_code == 302
    assert DeviceIdentifier.objects.get(device=device, kind=kind).value == kept


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("drn", "00000000010", "dígito de control"),
        ("drn", "x", "11 o 13"),
        ("eui48", "02:dc", "12 dígitos"),
        ("system_title", "zz", "16 dígitos"),
        ("ldn", "x" * 17, "16 caracteres"),
        ("ldn", "Ñ", "ASCII"),
        ("shoe size", "42", "válida"),
    ],
)
def test_what_is_malformed_changes_nothing(
    office: Client, device: Any, kind: str, typed: str, words: str
) -> None:
    before = DeviceIdentifier.objects.count()
    assert words in office.post(address(device), {"kind": kind, "value": typed}).content.decode()
    assert DeviceIdentifier.objects.count() == before


def test_a_name_that_another_device_bears(office: Client, village: Village, device: Any) -> None:
    village.customer(2)
    page = office.post(address(device), {"kind": "drn", "value": drn(2)}).content.decode()
    assert "<h1>" in page
    assert DeviceIdentifier.objects.get(device=device, valid_to__isnull=True).value == drn(1)
    stranger = Client()
    stranger.force_login(
        make_village("Otra empresa").supervisor, backend="django.contrib.auth.backends.ModelBackend"
    )
    assert stranger.post(address(device), {"kind": "drn", "value": drn(7)}).status_code == 404
