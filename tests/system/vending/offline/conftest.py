"""A village with a terminal on paper, and no security module: `FakeModule` answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from offline_paper import FakeModule, PaperTerminal
from vending_world import Village, drn

from system.vending.models import PointOfSale
from system.vending.offline.models import Terminal
from system.vending.offline.services.enrolment import TerminalTerms, enrol, set_pin
from system.vending.offline.services.office_keys import office_public
from system.vending.offline.services.packs import make_pack, pack_bytes
from system.vending.offline.services.settlement import Settlement, receive_batch

LIMIT_C = 50_000_000


@dataclass
class Post:
    """A terminal on paper and the office's row of it."""

    village: Village
    paper: PaperTerminal
    row: Terminal

    def load(self, valid_days: int = 15) -> Any:
        """A new pack into the terminal."""
        pack = make_pack(self.village.supervisor, self.row, valid_days)
        return self.paper.load(pack_bytes(pack), office_public(self.row.provider_id))

    def settle(self, first: int = 1, last: int | None = None) -> Settlement:
        """A batch of some of its entries, handed in."""
        return receive_batch(self.village.supervisor, self.paper.batch(first, last))


@pytest.fixture
def fake_module(monkeypatch: pytest.MonkeyPatch) -> FakeModule:
    fake = FakeModule()
    monkeypatch.setattr("system.vending.offline.settling.findings.module_client", fake)
    monkeypatch.setattr("system.vending.offline.services.packs.module_client", fake)
    monkeypatch.setattr("system.vending.offline.services.office_keys.module_client", fake)
    return fake


@pytest.fixture
def homes(village: Village) -> list[Any]:
    """Three customers; their meters are `drn(1)` to `drn(3)`."""
    return [village.customer(number) for number in (1, 2, 3)]


@pytest.fixture
def make_post(village: Village, homes: list[Any], fake_module: FakeModule) -> Callable[..., Post]:
    """Enrol a further terminal at a point of sale of its own."""

    def made(seed: int = 1, **terms: Any) -> Post:
        point = PointOfSale.objects.create(
            provider=village.provider, merchant=village.merchant, name=f"Datáfono {seed}"
        )
        paper = PaperTerminal(seed)
        row = enrol(village.supervisor, paper.enrolment(), TerminalTerms(point, LIMIT_C, **terms))
        set_pin(village.supervisor, row, village.cashier, "4071")
        return Post(village, paper, row)

    return made


@pytest.fixture
def post(make_post: Callable[..., Post]) -> Post:
    """One terminal with a pack and an open shift."""
    made = make_post()
    made.load()
    made.paper.open_shift(made.village.cashier.username)
    return made


@pytest.fixture
def meter() -> Callable[[int], str]:
    return drn
