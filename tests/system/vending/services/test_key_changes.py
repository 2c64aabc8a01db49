"""Key-change tokens before credit when the registry says so; and a key change by itself."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from vending_world import OPERATORS, Village, drn

from system.accounts import four_eyes
from system.accounts.models import AuditRecord
from system.accounts.permissions import Operation
from system.registry.models import Device, MeterKeying
from system.security_module import approval as signing
from system.vending import ledger
from system.vending.errors import UnableToSell
from system.vending.models import PlannedKeyChange, Sale, Token
from system.vending.selectors.approval_requests import open_requests, signable_request
from system.vending.services.approval_requests import execute_request
from system.vending.services.key_changes import (
    change_key,
    drop_key_change,
    key_change_arguments,
    key_change_target,
    plan_key_change,
)
from system.vending.services.sell_energy import SaleRequest, sell_energy


@pytest.fixture
def home(village: Village) -> Any:
    return village.customer(1)


@pytest.fixture
def device(home: Any) -> Device:
    return Device.objects.get()


@pytest.fixture
def chief(village: Village) -> Any:
    return type(village.supervisor).objects.create_user(
        "chief", provider=village.provider, role="administrator"
    )


def sell(village: Village) -> Sale:
    return sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 1_000_000))


def signed(user: Any, asked: Any) -> list[dict[str, str]]:
    """What two operators' commands print for the file that the page shows."""
    content = json.loads(json.dumps(signable_request(user, asked)))
    signable = signing.Signable(content["store"], content["operation"], content["args"])
    return [{"operator": name, "signature": signing.sign(key, signable)} for name, key in OPERATORS.items()]


def test_the_next_sale_brings_the_change_along(
    village: Village, device: Device, minting: str, business_time: Any
) -> None:
    plan_key_change(village.supervisor, device, krn=1, ti=7)
    sale = sell(village)
    roles = [token.role for token in sale.tokens.all()]
    assert roles == ["key-change"] * (len(roles) - 1) + ["credit"]
    assert len(roles) > 2
    keyings = MeterKeying.objects.filter(device=device).order_by("valid_from")
    assert [keying.ti for keying in keyings] == [1, 7]
    assert keyings[0].valid_to == keyings[1].valid_from == business_time.now()
    plan = PlannedKeyChange.objects.get()
    assert plan.sale == sale
    assert plan.ended_at is not None
    # the registry knows the new key: the next sale is a plain one
    again = sell(village)
    assert again.tokens.count() == 1
    assert again.meter["ti"] == 7
    assert ledger.ledger_faults() == []


def test_a_plan_can_be_taken_back_once(village: Village, device: Device, minting: str) -> None:
    plan = plan_key_change(village.supervisor, device, krn=1, ti=7)
    with pytest.raises(UnableToSell, match="ya tiene un cambio"):
        plan_key_change(village.supervisor, device, krn=1, ti=8)
    drop_key_change(village.supervisor, plan)
    with pytest.raises(UnableToSell, match="pendiente"):
        drop_key_change(village.supervisor, plan)
    assert sell(village).tokens.count() == 1
    assert AuditRecord.objects.filter(action="token.key-change.plan").count() == 1


@pytest.mark.parametrize(("krn", "ti", "words"), [(1, 1, "ya tiene esa"), (0, 1, "KRN"), (1, 100, "TI")])
def test_what_is_no_change_is_refused(
    village: Village, device: Device, krn: int, ti: int, words: str
) -> None:
    with pytest.raises(UnableToSell, match=words):
        plan_key_change(village.supervisor, device, krn=krn, ti=ti)
    with pytest.raises(UnableToSell, match="rol"):
        plan_key_change(village.cashier, device, krn=1, ti=7)


def test_a_key_the_module_does_not_have_cancels_the_sale(
    village: Village, device: Device, minting: str
) -> None:
    plan = plan_key_change(village.supervisor, device, krn=9, ti=1)
    with pytest.raises(UnableToSell, match="módulo de seguridad"):
        sell(village)
    assert not Token.objects.exists()
    drop_key_change(village.supervisor, plan)
    assert sell(village).tokens.count() == 1
    assert ledger.ledger_faults() == []


def test_a_change_by_itself_needs_two_people_and_two_keys(
    village: Village, device: Device, chief: Any, minting: str, module_store: Path
) -> None:
    target = key_change_target("201457", 1, 9)
    asked = four_eyes.request_approval(
        village.supervisor, Operation.KEY_CHANGE, key_change_arguments(drn(1), target), "otra tarifa"
    )
    assert signable_request(village.supervisor, asked) is None
    with pytest.raises(UnableToSell, match="aprobación"):
        execute_request(village.supervisor, asked)
    four_eyes.decide(chief, asked, granted=True)
    assert [one.state for one in open_requests(village.supervisor)] == ["granted"]
    sale = execute_request(village.supervisor, asked, signed(village.supervisor, asked))
    assert {token.role for token in sale.tokens.all()} == {"key-change"}
    assert MeterKeying.objects.get(device=device, valid_to__isnull=True).ti == 9
    assert execute_request(village.supervisor, asked, signed(village.supervisor, asked)).pk == sale.pk
    assert open_requests(village.supervisor) == []
    assert ledger.ledger_faults() == []


def test_without_the_signatures_the_module_refuses(
    village: Village, device: Device, chief: Any, minting: str
) -> None:
    target = key_change_target("201457", 1, 9)
    asked = four_eyes.request_approval(
        village.supervisor, Operation.KEY_CHANGE, key_change_arguments(drn(1), target), "x"
    )
    four_eyes.decide(chief, asked, granted=True)
    with pytest.raises(UnableToSell, match="módulo de seguridad"):
        execute_request(village.supervisor, asked)
    assert MeterKeying.objects.filter(device=device).count() == 1
    with pytest.raises(UnableToSell, match="rol"):
        change_key(village.cashier, uuid.uuid4(), drn(1), target, asked, {})


@pytest.mark.parametrize("target", [("20145", 1, 1), ("20145x", 1, 1), ("201457", 0, 1), ("201457", 1, 100)])
def test_targets_out_of_range(target: tuple[str, int, int]) -> None:
    with pytest.raises(UnableToSell):
        key_change_target(*target)
