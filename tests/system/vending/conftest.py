"""A village that sells, and a security module that mints for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from vending_world import NOW, Village, make_module, make_village, served_module

from system.config import clock
from system.vending import module


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
def module_store(tmp_path: Path) -> Path:
    return make_module(tmp_path)


@pytest.fixture
def minting(module_store: Path, settings: Any) -> Iterator[str]:
    with served_module(module_store) as url:
        settings.SECURITY_MODULE_URL = url
        yield url
        module.forget()
