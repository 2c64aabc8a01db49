"""Collectors killed at random moments while tokens, cuts, reconnections and readings are due.

The meters are virtual ones, served over TCP by a process that lives; the books are a SQLite file; a collector is
the command `amibench system collect`, forked ready-loaded. In every second round two of them share the work.
What counts is what the meters themselves counted: tokens, credit, and movements of their relays.
"""

import os
import random
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from vending_tills import Nursery

ROUNDS = int(os.environ.get("AMIBENCH_CHAOS_ROUNDS", "20"))
SCRIPT = Path(__file__).parents[2] / "helpers" / "collector_processes.py"
METERS, PERIOD_S, TENTH_KWH_NJ = 3, 900, 100 * 3_600_000_000_000
#: A round lies so far after the one before, for business and meters: every lease is over, a reading is due.
ROUND_LASTS_S = 1800.0
#: A collector lives at most so long; about as long as the work of a round takes.
LIFE_MAX_S = 0.6
#: Rounds after the last kill in which everything is to end.
PATIENCE = 40


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    found = Nursery(tmp_path, script=SCRIPT)
    yield found
    found.close()


def _one_round(nursery: Nursery, number: int, dice: random.Random) -> int:
    """Orders, collectors, their end; how many were killed."""
    nursery.ask("request", number=number, again=dice.random() < 0.3)
    victims = [nursery.ask("collect", name=f"uno-{number}")]
    if number % 2:
        victims.append(nursery.ask("collect", name=f"otro-{number}"))
    dice.shuffle(victims)
    for victim in victims:
        time.sleep(dice.uniform(0.0, LIFE_MAX_S / len(victims)))  # noqa: TID251 - a real moment is wanted
        nursery.ask("kill", pid=victim["pid"])
    nursery.ask("advance", seconds=ROUND_LASTS_S)
    return len(victims)


def _ended(nursery: Nursery) -> dict:
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
    kills = sum(_one_round(nursery, number, dice) for number in range(ROUNDS))
    books, meters = _ended(nursery), nursery.ask("meters")
    with capsys.disabled():
        print(
            f"\n{ROUNDS} rounds, {kills} collectors killed; {books['orders']} orders: {books['states']}, begun "
            f"{books['begun']} times, {books['unsure']} times unsure; the meters' answers {books['delivered']}, "
            f"their tokens {[meter['tokens'] for meter in meters]}, movements "
            f"{[meter['moves'] for meter in meters]}; readings {[len(v) for v in books['values'].values()]}"
        )
    assert books["orders"] == 3 * METERS * ROUNDS
    assert books["not_done"] == [], "an order was lost, or ended without having been carried out"
    assert books["ended_twice"] == []
    for meter in meters:
        assert meter["tokens"]["Accept"] == ROUNDS
        assert meter["credit_nj"] == TENTH_KWH_NJ * (10 + ROUNDS * (ROUNDS + 1) // 2)
        assert meter["moves"] == ROUNDS, "a relay moved more or less often than it was told"
        assert meter["closed"] == (ROUNDS % 2 == 0)
    assert books["contradicted"] == books["quarantined"] == 0
    for instants in books["values"].values():
        assert len(instants) >= 2 * ROUNDS
        assert {after - before for before, after in pairwise(instants)} == {PERIOD_S}
    # the kills came while there was work, and cut some of it off
    assert books["begun"] > books["orders"]
    assert books["unsure"] > 0
