"""A secure counter in a temporary directory, with a lease of a test key for three meters."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from counter_leases import DRNS, MODULE_PUBLIC, lease_for

from system.security_module.secure_counter import CounterRefused, Minted, MintRequest, SecureCounter

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TERMINAL = UUID("5a1c9d2e-7b1f-4a53-9f0e-3c6b8f2d1e40")
PASSPHRASE = "una frase que nadie debe leer"
AMOUNT_C = 1_000_000


@dataclass
class Till:
    """A counter, its directory, and a clock that the test moves."""

    path: Path
    counter: SecureCounter
    now: datetime = START
    sold: list[Minted] = field(default_factory=list)

    def load(self, **terms: Any) -> bytes:
        envelope = lease_for(self.counter, **{"now": self.now, **terms})
        self.counter.load_lease(envelope, MODULE_PUBLIC)
        return envelope

    def sell(self, drn: str = DRNS[0], units: int = 255, amount_c: int = AMOUNT_C) -> Minted:
        minted = self.counter.mint(MintRequest(uuid4(), drn, units, amount_c), self.now)
        self.sold.append(minted)
        return minted

    def code(self, **sale: Any) -> str:
        """The code of a refusal, after which nothing has changed."""
        before = self.counter.status()
        with pytest.raises(CounterRefused) as refused:
            self.sell(**sale)
        assert self.counter.status() == before
        assert refused.value.es != refused.value.en
        return refused.value.code

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def reopen(self) -> None:
        self.counter.close()
        self.counter = SecureCounter.open(self.path, PASSPHRASE)


@pytest.fixture
def make_till(tmp_path: Path) -> Iterator[Callable[..., Till]]:
    """Tills as many as the test likes, each with its own terminal."""
    made: list[Till] = []

    def make(name: str = "counter", terminal_id: UUID = TERMINAL) -> Till:
        path = tmp_path / name
        till = Till(path, SecureCounter.create(path, PASSPHRASE, terminal_id, cost=10))
        made.append(till)
        return till

    yield make
    for till in made:
        till.counter.close()


@pytest.fixture
def till(make_till: Callable[..., Till]) -> Till:
    made = make_till()
    made.load()
    return made


@pytest.fixture(scope="session")
def phrase() -> str:
    return PASSPHRASE
