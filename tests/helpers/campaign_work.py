"""What workers do in the tests of campaigns: importable by name, as a spawned process needs it."""

import os
import signal
from pathlib import Path

from sim.scenarios.campaign import Replica


def count(replica: Replica) -> dict:
    """A row without a world."""
    return {
        "replica": replica.number,
        "seed": replica.seed,
        "digest": f"d{replica.seed}",
        "summary": {"energy": {"delivered_wh": replica.seed}},
    }


def die_once(replica: Replica) -> dict:
    """The worker that gets replica 2 is killed, the first time."""
    mark = Path(os.environ["AMIBENCH_TEST_MARK"])
    if replica.number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return count(replica)


def die(replica: Replica) -> dict:
    """Every worker is killed."""
    os.kill(os.getpid(), signal.SIGKILL)
    return count(replica)
