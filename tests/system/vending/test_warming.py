"""What is loaded before anybody is served."""

import gc
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from system.config.compiled_queries import CompiledQuery
from system.vending import warming
from system.vending.selectors import supply


@pytest.fixture
def process() -> Iterator[None]:
    """This process as it was before, afterwards."""
    before = sys.getswitchinterval()
    yield
    gc.unfreeze()
    sys.setswitchinterval(before)


@pytest.mark.django_db
def test_the_first_sale_finds_its_queries_compiled(process: None, monkeypatch: pytest.MonkeyPatch) -> None:
    query: CompiledQuery = supply._BY_DRN
    query._statements.clear()
    warming.warm_up()
    assert gc.get_freeze_count() > 0
    assert sys.getswitchinterval() == pytest.approx(warming.SWITCH_S)

    def again(**_: Any) -> Any:
        raise AssertionError("it was compiled a second time")

    monkeypatch.setattr(query, "_build", again)
    with pytest.raises(supply.UnknownMeter):
        supply.find_supply(_nobody(), "01234567890", _now())


def _nobody() -> Any:
    from system.accounts.models import User
    from system.registry.models import Provider

    return User(username="nadie", provider=Provider.objects.create(name="Uno", nit="1"))


def _now() -> Any:
    from system.config.clock import business_now

    return business_now()
