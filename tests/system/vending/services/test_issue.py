"""Free issue, and management tokens."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from vending_world import Village, drn, signatures

from system.accounts import four_eyes
from system.accounts.permissions import Operation
from system.security_module.client import SecurityModuleClient
from system.vending import ledger
from system.vending.errors import UnableToSell
from system.vending.models import InstallationMonth, Sale, Token
from system.vending.selectors.supply import find_supply
from system.vending.services.issue_tokens import free_issue_arguments, issue_free, issue_management


@pytest.fixture
def home(village: Village) -> Any:
    return village.customer(1)


@pytest.fixture
def chief(village: Village) -> Any:
    return type(village.supervisor).objects.create_user(
        "chief", provider=village.provider, role="administrator"
    )


def signed(village: Village, url: str, sale_id: uuid.UUID, units: int) -> dict[str, Any]:
    with SecurityModuleClient(url) as module:
        name = module.status()["store"]
    supply = find_supply(village.supervisor, drn(1), village.shift.opened_at)
    args = {
        "message_id": str(sale_id),
        "meter": supply.meter_fields(),
        "subclass": 0,
        "amount": units,
        "free_issue": True,
    }
    return signatures(name, "mint", args)


def test_free_energy_needs_two_people_and_two_keys(
    village: Village, home: Any, chief: Any, minting: str, module_store: Path
) -> None:
    sale_id = uuid.uuid4()
    approval = four_eyes.request_approval(
        village.supervisor, Operation.FREE_ISSUE, free_issue_arguments(drn(1), 50), "subsidio"
    )
    keys = signed(village, minting, sale_id, 50)
    with pytest.raises(UnableToSell, match="aprobación"):
        issue_free(village.supervisor, sale_id, drn(1), 50, approval, keys)
    four_eyes.decide(chief, approval, granted=True)
    sale = issue_free(village.supervisor, sale_id, drn(1), 50, approval, keys)
    assert sale.tokens.get().role == "credit"
    again = issue_free(village.supervisor, sale_id, drn(1), 50, approval, keys)
    assert again.pk == sale.pk
    # what nobody paid is no purchase of the month
    assert not InstallationMonth.objects.exists()
    assert ledger.ledger_faults() == []


def test_the_module_refuses_what_two_keys_did_not_sign(
    village: Village, home: Any, chief: Any, minting: str
) -> None:
    approval = four_eyes.request_approval(
        village.supervisor, Operation.FREE_ISSUE, free_issue_arguments(drn(1), 50), "subsidio"
    )
    four_eyes.decide(chief, approval, granted=True)
    sale_id = uuid.uuid4()
    keys = signed(village, minting, uuid.uuid4(), 50)
    with pytest.raises(UnableToSell, match="módulo de seguridad"):
        issue_free(village.supervisor, sale_id, drn(1), 50, approval, keys)
    assert not Token.objects.exists()
    assert ledger.ledger_faults() == []


def test_management_tokens(village: Village, home: Any, minting: str) -> None:
    operator = type(village.supervisor).objects.create_user(
        "operator", provider=village.provider, role="operator"
    )
    limit = issue_management(operator, uuid.uuid4(), drn(1), "power-limit", 2_000)
    clear = issue_management(operator, uuid.uuid4(), drn(1), "clear-tamper")
    assert [sale.tokens.get().role for sale in (limit, clear)] == ["management"] * 2
    assert limit.amount_c == 0
    for user, what, value in (
        (village.cashier, "clear-tamper", 0),
        (operator, "open-sesame", 0),
        (operator, "clear-credit", 5),
        (operator, "power-limit", -1),
    ):
        with pytest.raises(UnableToSell):
            issue_management(user, uuid.uuid4(), drn(1), what, value)
    assert Sale.objects.count() == 2
    assert ledger.ledger_faults() == []
