"""One replica of a campaign. What a worker gets and gives is plain data, so it may run anywhere."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from sim.scenarios.scenario import Scenario

_SEEDS = 2**64


@dataclass(frozen=True, slots=True)
class Replica:
    """What one worker is asked for.

    Args:
        number: from 0.
        scenario: seed and days included.
    """

    number: int
    scenario: Scenario

    @property
    def seed(self) -> int:
        """The seed of this replica."""
        return self.scenario.frame.seed


def replicas(scenario: Scenario, count: int) -> tuple[Replica, ...]:
    """So many replicas: the first has the scenario's seed, each further one the next.

    >>> from sim.scenarios.scenario import Frame
    >>> [replica.seed for replica in replicas(Scenario(Frame("world", seed=7)), 3)]
    [7, 8, 9]
    """
    first = scenario.frame.seed
    return tuple(
        Replica(number, scenario.with_frame(seed=(first + number) % _SEEDS)) for number in range(count)
    )


def fingerprint(scenario: Scenario) -> str:
    """What a scenario says apart from its seed, in 16 hexadecimal digits: rows of another do not mix in."""
    said = asdict(scenario.with_frame(seed=0))
    text = json.dumps(said, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def run_replica(replica: Replica) -> dict[str, Any]:
    """Run one replica to its end; its row: number, seed, digest and summary."""
    from sim.scenarios.field import FieldWorld  # here: a client of a cluster never builds a world

    world = FieldWorld(replica.scenario)
    world.run(replica.scenario.duration_s)
    return {
        "replica": replica.number,
        "seed": replica.seed,
        "digest": world.digest(),
        "summary": world.summary(),
    }
