"""A book that is older than the module: what the module alone knows is found, and written back once."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from vending_world import NOW, Village, drn, make_module, make_village, served_module

from system.accounts.models import AuditRecord
from system.vending import ledger
from system.vending import module_client as module_of
from system.vending.models import (
    AccountBalance,
    AccountKind,
    InstallationMonth,
    OpenSale,
    Sale,
    SaleKind,
    Token,
)
from system.vending.module_client import module_client
from system.vending.selectors.supply import find_supply
from system.vending.services.reconciliation import (
    RECOVERED,
    UnknownResult,
    Unrecovered,
    compare_with_module,
    recover_result,
)
from system.vending.services.sell_energy import SaleRequest, sell_energy


@pytest.fixture
def home(village: Village) -> Any:
    return village.customer(1)


def minted_elsewhere(village: Village, number: int = 1, units: int = 120, name: str = "") -> str:
    """A token of a sale that the book has lost."""
    meter = find_supply(village.supervisor, drn(number), NOW).meter_fields()
    name = name or str(uuid.uuid4())
    module_client().mint(name, meter, subclass=0, amount=units)
    return name


def test_a_book_that_knows_everything_has_nothing_to_do(village: Village, home: Any, minting: str) -> None:
    sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 500_000))
    found = compare_with_module()
    assert (found.kept, found.unknown, found.only_in_book) == (1, (), ())


def test_a_lost_sale_comes_back_with_its_token(village: Village, home: Any, minting: str) -> None:
    known = sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 500_000))
    name = minted_elsewhere(village)
    (lost,) = compare_with_module().unknown
    assert lost.message_id == name
    sale = recover_result(village.supervisor, lost)
    assert isinstance(sale, Sale)
    digits = module_client().fetch_result(name)["tokens"][0]["digits"]
    assert [token.digits for token in sale.tokens.all()] == [digits]
    assert sale.kind == SaleKind.FREE
    assert sale.number > known.number
    # the ledger has the energy, at what it costs; the money is still to be found
    grants = AccountBalance.objects.get(account__kind=AccountKind.GRANTS)
    assert grants.posted_c == 1_321_140  # 12 kWh at 1,100.95
    assert InstallationMonth.objects.get(installation=home).units == known.units + 120
    assert ledger.ledger_faults() == []
    assert AuditRecord.objects.get(action=RECOVERED).subject == f"sale:{sale.pk}"
    assert compare_with_module().unknown == ()


def test_twice_is_harmless(village: Village, home: Any, minting: str) -> None:
    minted_elsewhere(village)
    (lost,) = compare_with_module().unknown
    recover_result(village.supervisor, lost)
    assert isinstance(recover_result(village.supervisor, lost), Unrecovered)
    assert Token.objects.count() == Sale.objects.count() == 1
    assert InstallationMonth.objects.get(installation=home).units == 120


def test_management_tokens_come_back_as_such(village: Village, home: Any, minting: str) -> None:
    meter = find_supply(village.supervisor, drn(1), NOW).meter_fields()
    module_client().management(str(uuid.uuid4()), meter, subclass=5)
    (lost,) = compare_with_module().unknown
    sale = recover_result(village.supervisor, lost)
    assert isinstance(sale, Sale)
    assert sale.kind == SaleKind.MANAGEMENT
    assert sale.tokens.get().role == "management"
    assert not InstallationMonth.objects.exists()
    assert ledger.ledger_faults() == []


def test_what_cannot_come_back_is_left_with_a_reason(village: Village, home: Any, minting: str) -> None:
    minted_elsewhere(village, name="banco-7")  # not of a sale of ours
    stranger = {**find_supply(village.supervisor, drn(1), NOW).meter_fields(), "drn": drn(77)}
    module_client().mint(str(uuid.uuid4()), stranger, subclass=0, amount=10)
    said = {one.message_id: recover_result(village.supervisor, one) for one in compare_with_module().unknown}
    assert [type(one) for one in said.values()] == [Unrecovered, Unrecovered]
    assert "No es de una venta" in said.pop("banco-7").why
    assert "Ningún medidor" in said.popitem()[1].why
    assert not Sale.objects.exists()
    assert not OpenSale.objects.exists()


def test_only_chiefs_and_only_their_own_meters(village: Village, home: Any, minting: str) -> None:
    minted_elsewhere(village)
    (lost,) = compare_with_module().unknown
    other = make_village("Otra empresa")
    for user in (village.cashier, other.supervisor):
        assert isinstance(recover_result(user, lost), Unrecovered)
    assert not Sale.objects.exists()


def test_an_id_that_the_module_does_not_know_is_left(village: Village, home: Any, minting: str) -> None:
    invented = UnknownResult(str(uuid.uuid4()), NOW, "600727000000000009")
    assert isinstance(recover_result(village.supervisor, invented), Unrecovered)
    assert not Sale.objects.exists()


def test_a_meter_with_a_sale_under_way_waits(village: Village, home: Any, minting: str) -> None:
    minted_elsewhere(village)
    (lost,) = compare_with_module().unknown
    sale = sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 500_000))
    OpenSale.objects.create(installation=home, sale=sale)
    left = recover_result(village.supervisor, lost)
    assert isinstance(left, Unrecovered)
    assert "en curso" in left.why


def test_since_when(village: Village, home: Any, minting: str) -> None:
    minted_elsewhere(village)
    assert len(compare_with_module(NOW - timedelta(hours=1)).unknown) == 1
    assert compare_with_module(NOW + timedelta(hours=1)).unknown == ()


def test_a_module_older_than_the_book_is_seen(
    village: Village, home: Any, minting: str, settings: Any, tmp_path: Path
) -> None:
    sale = sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 500_000))
    other = tmp_path / "older"
    other.mkdir()
    with served_module(make_module(other)) as url:
        settings.SECURITY_MODULE_URL = url
        found = compare_with_module(NOW - timedelta(hours=1))
        module_of.close_client()
    assert found.kept == 0
    assert found.only_in_book == (sale.pk,)
