"""A village that sells through a network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from network_world import Caller, FakeHeadEnd, caller, make_network
from vending_world import Village, make_module, served_module

from system.networks.models import Network
from system.vending import module_client
from system.vending.delivery import carriers


@pytest.fixture
def minting(tmp_path: Path, settings: Any) -> Iterator[str]:
    with served_module(make_module(tmp_path)) as url:
        settings.SECURITY_MODULE_URL = url
        yield url
        module_client.close_client()


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
