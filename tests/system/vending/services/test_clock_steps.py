"""Clocks step backwards: no TID twice, the ledger whole, and the last sale stays the last one."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from vending_world import NOW, Village, drn

from system.accounts import audit, four_eyes
from system.accounts.permissions import Operation
from system.vending import ledger
from system.vending.errors import UnableToSell
from system.vending.models import Sale, Token
from system.vending.services.reverse_sale import reversal_arguments, reverse_sale
from system.vending.services.sell_energy import SaleRequest, sell_energy


def sell(village: Village) -> Sale:
    return sell_energy(village.cashier, village.shift, SaleRequest(uuid.uuid4(), drn(1), 1_000_000))


@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta(hours=3), timedelta(days=40)])
def test_a_sale_after_a_step_back(
    village: Village, minting: str, business_time: Any, monkeypatch: pytest.MonkeyPatch, step: timedelta
) -> None:
    village.customer(1)
    real = timezone.now
    first = sell(village)
    business_time.instant = NOW - step
    monkeypatch.setattr(timezone, "now", lambda: real() - step)
    second = sell(village)
    assert second.wall_at < first.wall_at
    assert Token.objects.values("tid").distinct().count() == 2
    assert second.number != first.number
    chief = type(village.supervisor).objects.create_user("c", provider=village.provider, role="administrator")
    asked = [
        four_eyes.request_approval(village.supervisor, Operation.REVERSE_SALE, reversal_arguments(sale), "x")
        for sale in (first, second)
    ]
    for approval in asked:
        four_eyes.decide(chief, approval, granted=True)
    with pytest.raises(UnableToSell, match="última"):
        reverse_sale(village.supervisor, first, asked[0], "x")
    reverse_sale(village.supervisor, second, asked[1], "x")
    assert ledger.ledger_faults() == []
    assert audit.first_broken_id() is None
