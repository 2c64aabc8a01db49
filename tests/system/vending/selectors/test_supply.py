"""Who is behind a number, at an instant: history counts, other providers and other makers do not."""

from datetime import timedelta
from typing import Any

import pytest
from vending_world import NOW, Village, drn, make_village

from system.registry.models import Device, DeviceInstallation
from system.vending.selectors.supply import Supply, UnknownMeter, find_supply


def found(village: Village, number: str, hours: float = 0) -> Supply:
    return find_supply(village.cashier, number, NOW + timedelta(hours=hours))


def test_all_that_hangs_together(village: Village) -> None:
    homes = [village.customer(number) for number in (1, 2)]
    supply = found(village, drn(2))
    assert supply.installation == homes[1]
    assert supply.device.serial.endswith("00000002")
    assert (supply.agreement.installation_id, supply.keying.device_id) == (homes[1].pk, supply.device.pk)
    assert supply.agreement.customer.name == "Persona 2"
    assert supply.installation.site == village.site
    assert supply.drn == drn(2)


def test_a_serial_with_dashes_is_found_as_it_stands_on_the_case(village: Village) -> None:
    home = village.customer(5)
    serial = f"{village.provider.pk}-00000005"
    assert find_supply(village.cashier, f" {serial} ", NOW).installation == home


def test_a_serial_is_good_while_one_maker_uses_it(village: Village) -> None:
    village.customer(1)
    device = Device.objects.get()
    Device.objects.filter(pk=device.pk).update(serial="S4711")
    assert found(village, " S-4711 ").device == device
    Device.objects.create(provider=village.provider, kind="meter", maker="Other", serial="S4711")
    with pytest.raises(UnknownMeter, match="Ningún medidor"):
        found(village, "S4711")
    assert found(village, drn(1)).device == device


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("device.installations", "no está instalado en ninguna parte"),
        ("installation.agreements", "no tiene contrato vigente"),
        ("device.keyings", "no tiene datos STS"),
        ("device.identifiers", "Ningún medidor"),
    ],
)
def test_what_ended_holds_no_longer(village: Village, rows: str, why: str) -> None:
    """The end does not belong to it; before, all of it holds."""
    home = village.customer(1)
    owner, related = rows.split(".")
    row: Any = getattr({"device": Device.objects.get(), "installation": home}[owner], related).get()
    row.ends(NOW)
    assert found(village, drn(1), hours=-1).installation == home
    with pytest.raises(UnknownMeter, match=why):
        found(village, drn(1))


def test_a_meter_that_moved_is_where_it_was_then(village: Village) -> None:
    old, new = village.customer(1), village.customer(2)
    hung = DeviceInstallation.objects.get(installation=old)
    DeviceInstallation.objects.get(installation=new).ends(NOW)
    hung.ends(NOW)
    DeviceInstallation.objects.create(
        provider=village.provider, device=hung.device, installation=new, role="meter", valid_from=NOW
    )
    assert found(village, drn(1), hours=-1).installation == old
    assert found(village, drn(1)).installation == new


def test_another_provider_sees_nothing(village: Village) -> None:
    village.customer(1)
    stranger = make_village("Otra")
    with pytest.raises(UnknownMeter, match="Ningún medidor"):
        found(stranger, drn(1))
    stranger.cashier.provider = None
    with pytest.raises(UnknownMeter, match="Ningún medidor"):
        found(stranger, drn(1))
