"""A head-end that is a dictionary, and a sale whose counter died between commit and delivery."""

from collections.abc import Callable
from uuid import UUID

import pytest
from network_world import FakeHeadEnd
from vending_world import Village, drn

from system.vending.delivery import carriers
from system.vending.models import Sale
from system.vending.services import vend_transaction
from system.vending.services.sell_energy import SaleRequest, sell_energy


@pytest.fixture
def head_end(monkeypatch: pytest.MonkeyPatch) -> FakeHeadEnd:
    made = FakeHeadEnd()
    monkeypatch.setattr(carriers, "CARRIERS", [made])
    return made


@pytest.fixture
def sell_undelivered(
    village: Village, minting: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[[UUID], Sale]:
    """Sell, and die before the delivery begins."""

    def sell(sale_id: UUID) -> Sale:
        with monkeypatch.context() as dead:
            dead.setattr(vend_transaction, "deliver_sale", lambda _: None)
            return sell_energy(village.cashier, village.shift, SaleRequest(sale_id, drn(1), 1_000_000))

    return sell
