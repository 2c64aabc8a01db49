"""A head-end that is a dictionary, and a channel that is a list."""

import pytest
from network_world import FakeHeadEnd

from system.vending.delivery import carriers


@pytest.fixture
def head_end(monkeypatch: pytest.MonkeyPatch) -> FakeHeadEnd:
    made = FakeHeadEnd()
    monkeypatch.setattr(carriers, "CARRIERS", [made])
    return made
