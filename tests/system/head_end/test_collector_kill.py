"""Collectors killed at random moments while tokens, cuts, reconnections and readings are due.

The meters are virtual ones, served over TCP by a process that lives; the books are a SQLite file; a collector
is the command `amibench system collect`, forked ready-loaded. In every second round two share the work.
What counts is what the meters themselves counted: tokens, credit, and movements of their relays.
"""

import os
import random
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from collector_processes import FIRST_TENTHS, METERS, PERIOD_S
from nursery import Nursery

ROUNDS = int(os.environ.get("AMIBENCH_CHAOS_ROUNDS", "20"))
TENTH_KWH_NJ = 100 * 3_600_000_000_000
#: A round lies so far after the one before, for business and meters: every lease is over, a reading is due.
ROUND_LASTS_S = 1800.0
#: A collector lives at most so many times as long as the work of a round takes where nobody is killed.
LIFE_MAX = 1.2
#: Rounds after the last kill in which everything is to end.
PATIENCE = 40


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    found = Nursery(tmp_path, script="collector_processes.py")
    yield found
    found.close()


def _quiet_round(nursery: Nursery) -> float:
    """A round in which nobody is killed; how long its work took, s."""
    nursery.ask("request", number=0, again=False)
    begun_s = time.monotonic()
    nursery.ask("collect_once")
    took_s = time.monotonic() - begun_s
    nursery.ask("advance", seconds=ROUND_LASTS_S)
    return took_s


def _one_round(nursery: Nursery, number: int, dice: random.Random, work_s: float) -> int:
    """Orders, collectors, their end; how many were killed."""
    nursery.ask("request", number=number, again=dice.random() < 0.3)
    victims = [nursery.ask("collect", name=f"uno-{number}")]
    if number % 2:
        victims.append(nursery.ask("collect", name=f"otro-{number}"))
    dice.shuffle(victims)
    for victim in victims:
        time.sleep(dice.uniform(0.0, LIFE_MAX * work_s / len(victims)))  # noqa: TID251 - a real moment is wanted
        nursery.ask("kill", pid=victim["pid"])
    nursery.ask("advance", seconds=ROUND_LASTS_S)
    return len(victims)


def _ended(nursery: Nursery) -> Any:
    """The books, once nothing is open any more."""
    for _ in range(PATIENCE):
        nursery.ask("collect_once")
        books = nursery.ask("books")
        if not books["open"]:
            break
        nursery.ask("advance", seconds=ROUND_LASTS_S)
    return books


@pytest.mark.requirement("R3-01", "R3-02", "R4-02")
@pytest.mark.timeout(90 + 6 * ROUNDS)
def test_killed_at_any_moment(nursery: Nursery, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(73)
    before = [meter["moves"] for meter in nursery.ask("meters")]
    work_s = _quiet_round(nursery)
    kills = sum(_one_round(nursery, number, dice, work_s) for number in range(1, ROUNDS + 1))
    books, meters = _ended(nursery), nursery.ask("meters")
    moved = [meter["moves"] - moves for meter, moves in zip(meters, before, strict=True)]
    with capsys.disabled():
        print(
            f"\n{ROUNDS} rounds, {kills} collectors killed; {books['orders']} orders: {books['states']}, "
            f"begun {books['begun']} times, {books['unsure']} times unsure; the meters' tokens "
            f"{[meter['tokens'] for meter in meters]}, answers told {books['delivered']}, movements {moved}; "
            f"readings {[len(ends) for ends in books['values'].values()]}"
        )
    orders = ROUNDS + 1  # of each kind, for each meter
    assert books["orders"] == 3 * METERS * orders
    assert books["not_done"] == [], "an order was lost, or ended without having been carried out"
    assert books["ended_twice"] == []
    assert books["delivered"] == {"Accept": METERS * orders}
    assert books["moved"] <= METERS * orders
    assert moved == [orders] * METERS, "a relay moved more or less often than it was told"
    for meter in meters:
        assert meter["tokens"]["Accept"] == orders
        assert meter["credit_nj"] == TENTH_KWH_NJ * (FIRST_TENTHS + orders * (orders + 1) // 2)
        assert meter["closed"] == (orders % 2 == 0)
    assert books["contradicted"] == books["quarantined"] == 0
    for instants in books["values"].values():
        assert len(instants) >= 2 * orders
        assert {after - before for before, after in pairwise(instants)} == {PERIOD_S}
    # the kills came while there was work, and cut some of it off
    assert books["begun"] > books["orders"]
    assert books["unsure"] > 0
