"""The village of the demo can be sold to: every meter is found, priced, and minted for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from vending_world import NOW, drn, make_module, served_module

from system.accounts.models import User
from system.accounts.permissions import Role
from system.config import clock
from system.demo.seed import CREDIT_LIMIT_C, TARIFF, empty_token, seed_village
from system.demo.village import DemoUser, Village, WorldMeter
from system.registry.models import Customer, Device, Installation
from system.vending import ledger, module_client
from system.vending.errors import UnableToSell
from system.vending.models import PointOfSale, TariffVersion
from system.vending.selectors.supply import find_supply

KEYING: dict[str, str | int] = {
    "sgc": "201457",
    "krn": 1,
    "ti": 1,
    "ken": 255,
    "key_type": 2,
    "ea": "11",
    "dkga": "04",
    "base_date": 2014,
}
ROLES = (Role.CASHIER, Role.SUPERVISOR, Role.OPERATOR, Role.ADMINISTRATOR, Role.AUDITOR)
HOMES = 23


def village(homes: int = HOMES) -> Village:
    meters = tuple(
        WorldMeter(
            f"m{number}", drn(number), f"{number:08d}", f"AMB{number:013d}", f"02dc{number:012d}"[:16], KEYING
        )
        for number in range(1, homes + 1)
    )
    users = tuple(DemoUser(f"u-{role}", role, "tres-gatos-pardos-9", "Ana Díaz") for role in ROLES)
    return Village(meters, users, "m3")


@pytest.fixture(autouse=True)
def business_time() -> Iterator[None]:
    clock.use_clock(clock.FixedBusinessClock(NOW))
    yield
    clock.use_clock(None)


def test_a_village_travels_as_one_line() -> None:
    line = village().to_json()
    assert "\n" not in line
    assert Village.from_json(line) == village()
    assert "gatos" not in repr(village())


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"meters": [1], "users": [], "first": "m1"}'])
def test_another_line_is_no_village(line: str) -> None:
    with pytest.raises(ValueError):
        Village.from_json(line)


def test_every_home_can_be_sold_to(db: Any) -> None:
    seed_village(village())
    cashier = User.objects.get(role=Role.CASHIER)
    for meter in village().meters:
        supply = find_supply(cashier, meter.drn, NOW)
        assert supply.meter_fields()["sgc"] == "201457"
        assert supply.agreement.tariff_code == TARIFF
        assert supply.device.serial == meter.serial
    assert Installation.objects.count() == Device.objects.count() == Customer.objects.count() == HOMES
    assert len(set(Customer.objects.values_list("name", flat=True))) == HOMES
    assert TariffVersion.objects.get().priced().unit_cost_e4 == 11_009_500
    assert PointOfSale.objects.get().merchant.active
    assert ledger.ledger_faults() == []


def test_the_shop_may_owe_so_much(db: Any) -> None:
    from system.vending.ledger import account_of
    from system.vending.models import AccountKind, Merchant

    places = seed_village(village(1))
    account = account_of(places.provider.pk, AccountKind.MERCHANT, Merchant.objects.get())
    assert account.balance.limit_c == CREDIT_LIMIT_C


def test_the_users_log_in_with_what_was_shown(db: Any) -> None:
    seed_village(village(1))
    for role in ROLES:
        assert User.objects.get(role=role).check_password("tres-gatos-pardos-9")


def test_the_credit_of_the_first_home_is_taken_by_a_token(db: Any, tmp_path: Path, settings: Any) -> None:
    with served_module(make_module(tmp_path)) as url:
        settings.SECURITY_MODULE_URL = url
        seed_village(village(3))
        digits = empty_token(village(3))
        module_client.close_client()
    assert len(digits) == 20
    assert digits.isdigit()


def test_a_village_without_operator(db: Any) -> None:
    with pytest.raises(UnableToSell):
        empty_token(village(3))
