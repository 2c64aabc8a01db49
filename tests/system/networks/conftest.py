"""A village that sells through a network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from network_world import Caller, FakeHeadEnd, caller, make_network
from vending_world import NOW, Village, make_module, make_village, served_module

from system.config import clock
from system.networks.models import Network
from system.vending import module
from system.vending.delivery import carriers


@pytest.fixture
def business_time() -> Iterator[clock.FixedBusinessClock]:
    fixed = clock.FixedBusinessClock(NOW)
    clock.use(fixed)
    yield fixed
    clock.use(None)


@pytest.fixture
def village(db: Any, business_time: clock.FixedBusinessClock) -> Village:
    return make_village()


@pytest.fixture
def minting(tmp_path: Path, settings: Any) -> Iterator[str]:
    with served_module(make_module(tmp_path)) as url:
        settings.SECURITY_MODULE_URL = url
        yield url
        module.forget()


@pytest.fixture
def head_end(monkeypatch: pytest.MonkeyPatch) -> FakeHeadEnd:
    made = FakeHeadEnd()
    monkeypatch.setattr(carriers, "CARRIERS", [made])
    return made


@pytest.fixture
def network(village: Village) -> Network:
    cache.clear()
    return make_network(village)


@pytest.fixture
def seller(village: Village, network: Network) -> Caller:
    return caller(village, network)
