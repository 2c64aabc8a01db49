"""A village with a book that the house's own verbs write."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from report_book import Book, client_of
from vending_world import Village, make_module, served_module

from system.config import clock
from system.vending import module_client


@pytest.fixture
def book(
    village: Village, business_time: clock.FixedBusinessClock, tmp_path: Path, settings: Any
) -> Iterator[Book]:
    """An empty book whose sales are minted by a module of test keys that follows business time."""
    settings.DATA_DIR = tmp_path
    with served_module(make_module(tmp_path), business_time.now) as url:
        settings.SECURITY_MODULE_URL = url
        yield Book(village, business_time)
        module_client.close_client()


@pytest.fixture
def office(village: Village) -> Client:
    return client_of(village.supervisor)
