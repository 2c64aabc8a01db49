"""R5.4-06: a process that takes a batch is killed amid an entry and between two: done again, it is whole."""

import os
from pathlib import Path

import pytest
from nursery import Nursery
from offline_processes import SALES

ROUNDS = int(os.environ.get("AMIBENCH_CHAOS_ROUNDS", "3"))


@pytest.mark.requirement("R5.4-06", "R5.4-01")
def test_killed_anywhere_the_books_are_whole(tmp_path: Path) -> None:
    nursery = Nursery(tmp_path, script="offline_processes.py")
    try:
        entries = nursery.prepared["entries"]
        reached = 0
        for place in range(1, min(ROUNDS, entries - 1) + 1):
            # written and not committed: gone with the process
            stopped = nursery.ask("receive", place=1, committed=False)
            assert stopped["stopped"] == 1
            nursery.ask("kill", pid=stopped["pid"])
            # committed: there, and not done again
            stopped = nursery.ask("receive", place=1, committed=True)
            nursery.ask("kill", pid=stopped["pid"])
            reached = place
        told = nursery.ask("finish")
    finally:
        nursery.close()
    assert told["before"] == reached
    assert (told["sales"], told["tokens"], told["entries"], told["batches"]) == (SALES, SALES, entries, 1)
    assert (told["left"], told["units"], told["faults"]) == (0, 0, [])
