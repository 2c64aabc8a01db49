"""The module on line and several counters without a link never give one meter the same TID."""

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from counter_leases import decoder_key_of, drn_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.sts.token import decode_token
from system.security_module import api
from system.security_module.clock import ModuleClock
from system.security_module.key_stores import KeyStores
from system.security_module.refusals import Refused
from system.security_module.secure_counter import CounterRefused, MintRequest, SecureCounter, store
from system.security_module.service import Service
from system.security_module.state import State, floor_record

METERS = tuple(map(drn_of, (1, 2)))
TERMINALS = 3
_COUNT = itertools.count()


@pytest.fixture(autouse=True)
def without_syncing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is arithmetic, not the disk."""

    def careless(database: sqlite3.Connection) -> None:
        database.execute("PRAGMA synchronous = OFF")

    monkeypatch.setattr(store, "_make_durable", careless)


@dataclass
class Market:
    """One module, three counters with a slot each, and every TID that was given."""

    bench: Any
    folder: Path
    service: Service = field(init=False)
    counters: list[SecureCounter] = field(default_factory=list)
    given: list[tuple[str, int]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start(())
        for _ in range(TERMINALS):
            path = self.folder / f"counter-{next(_COUNT)}"
            self.counters.append(SecureCounter.create(path, "frase", uuid4(), cost=10))

    def start(self, records: Any) -> None:
        state = State()
        for record in records:
            state.apply(record)
        self.records = list(records)
        wall = self.bench.wall
        self.service = Service(self.bench.opened.contents, state, ModuleClock(wall), KeyStores())

    def ask(self, operation: str, **args: Any) -> dict[str, Any] | None:
        line = api.request_line(1, operation, args)
        outcome = self.service.handle(self.bench.client, api.read_request(api.read_json_line(line)))
        self.records += outcome.records
        return None if isinstance(outcome.result, Refused) else outcome.result

    def on_line(self, drn: str) -> None:
        meter = {"drn": drn, "sgc": "201457", "krn": 1, "ti": 1}
        if minted := self.ask("mint", message_id=f"m{next(_COUNT)}", meter=meter, subclass=0, amount=10):
            self.given.append((drn, minted["tokens"][-1]["tid"]))

    def lease(self, place: int, days: int, drns: tuple[str, ...] = METERS) -> None:
        counter, now = self.counters[place], self.bench.wall()
        answer = self.ask(
            "lease",
            message_id=f"l{next(_COUNT)}",
            terminal={"id": str(counter.terminal_id), "agreement_public": counter.agreement_public.hex()},
            slot=place + 1,
            allowed_c=10**9,
            units_max=100,
            not_before=now.isoformat(),
            until=(now + timedelta(days=days)).isoformat(),
            meters=[{"drn": drn, "sgc": "201457", "krn": 1, "ti": 1} for drn in drns],
        )
        assert answer is not None
        public = bytes.fromhex(self.service.status()["lease_public"])
        counter.load_lease(answer["lease"].encode("ascii"), public)

    def off_line(self, place: int, drn: str) -> None:
        request = MintRequest(uuid4(), drn, 10, 1)
        with contextlib.suppress(CounterRefused):  # no lease, one that ended, or no free minute
            minted = self.counters[place].mint(request, self.bench.wall())
            self.given.append((drn, minted.tid))
            assert decode_token(minted.digits, decoder_key_of(drn)).token.tid == minted.tid

    def restore(self) -> None:
        """Back to the records of half the way, as from an old backup."""
        half = self.records[: len(self.records) // 2]
        state = State()
        for record in half:
            state.apply(record)
        floor = floor_record(self.bench.wall(), "restored", leases=state.leases.any)
        self.start([*half, floor])


@contextlib.contextmanager
def market(bench: Any, folder: Path) -> Iterator[Market]:
    made = Market(bench, folder)
    try:
        yield made
    finally:
        for counter in made.counters:
            counter.close()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["on-line", "on-line", "off-line", "off-line", "off-line", "lease", "restore"]),
        st.integers(0, TERMINALS - 1),
        st.sampled_from((METERS[0], *METERS)),
        st.sampled_from([0, 0, 1, 1, 2, 15, 16, 61, 300, 1440]),
    ),
    max_size=50,
)


@pytest.mark.requirement("R5-07")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.booleans())
def test_no_tid_is_given_twice(bench, tmp_path: Path, steps: list[Any], restored: bool) -> None:
    with market(bench, tmp_path) as made:
        for place in range(TERMINALS):
            made.lease(place, days=2)
        for what, place, drn, minutes in steps:
            bench.wall.pass_minutes(minutes)
            if what == "on-line":
                made.on_line(drn)
            elif what == "off-line":
                made.off_line(place, drn)
            elif what == "lease":
                made.lease(place, days=1 + minutes % 3)
            elif restored:
                made.restore()
        assert len(set(made.given)) == len(made.given)


def minute_by_minute(made: Market, minutes: int, *, off_line: bool = True) -> None:
    """Everybody sells to the first meter, every minute."""
    for _ in range(minutes):
        made.on_line(METERS[0])
        for place in range(TERMINALS if off_line else 0):
            made.off_line(place, METERS[0])
        made.bench.wall.pass_minutes(1)
    assert len(set(made.given)) == len(made.given)


def test_what_was_sold_on_line_just_before_the_lease(bench, tmp_path: Path) -> None:
    """A terminal takes the latest of its minutes: the module may have given that one a moment ago."""
    with market(bench, tmp_path) as made:
        for _ in range(16):
            made.on_line(METERS[0])
            bench.wall.pass_minutes(1)
        for place in range(TERMINALS):
            made.lease(place, days=2)
        minute_by_minute(made, 20)
        assert len(made.given) > 16 + TERMINALS


def test_minutes_that_lie_ahead_when_the_lease_ends(bench, tmp_path: Path) -> None:
    with market(bench, tmp_path) as made:
        for place in range(TERMINALS):
            made.lease(place, days=1)
        bench.wall.pass_minutes(1439)
        for place, _ in itertools.product(range(TERMINALS), range(16)):
            made.off_line(place, METERS[0])
        assert len(made.given) == TERMINALS * 16
        minute_by_minute(made, 300, off_line=False)
        assert len(made.given) > TERMINALS * 16 + 40


def test_a_lease_that_a_restored_module_does_not_know(bench, tmp_path: Path) -> None:
    with market(bench, tmp_path) as made:
        made.lease(0, days=2, drns=METERS[1:])
        known = list(made.records)
        for place in range(TERMINALS):
            made.lease(place, days=2)
        state = State()
        for record in known:
            state.apply(record)
        made.start([*known, floor_record(bench.wall(), "restored", leases=state.leases.any)])
        minute_by_minute(made, 100)
        assert len(made.given) > 20


def test_the_market_sells_at_all(bench, tmp_path: Path) -> None:
    """Two weeks of a village: nobody is refused, and each terminal keeps to its minutes."""
    with market(bench, tmp_path) as made:
        for drn in METERS:
            made.on_line(drn)
        for place in range(TERMINALS):
            made.lease(place, days=14)
        for _ in range(14):
            bench.wall.pass_minutes(1439)
            for place, drn in itertools.product(range(TERMINALS), METERS):
                made.off_line(place, drn)
                made.on_line(drn)
        assert len(set(made.given)) == len(made.given) == 2 + 14 * 6 * 2
        ids = {UUID(str(counter.terminal_id)) for counter in made.counters}
        assert len(ids) == TERMINALS
        assert {tid % 16 for _, tid in made.given[2:]} == {0, 1, 2, 3}
