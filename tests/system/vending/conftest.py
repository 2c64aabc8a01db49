"""A village that sells, and a security module that mints for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from vending_world import make_module, served_module

from system.vending import module_client


@pytest.fixture
def module_store(tmp_path: Path) -> Path:
    return make_module(tmp_path)


@pytest.fixture
def minting(module_store: Path, settings: Any) -> Iterator[str]:
    with served_module(module_store) as url:
        settings.SECURITY_MODULE_URL = url
        yield url
        module_client.close_client()
