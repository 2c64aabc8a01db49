"""A campaign: what is left to do, done by whatever runs replicas, kept row by row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenarios.campaign.replica import Replica
from sim.scenarios.campaign.results import Results, Row

#: What runs replicas: on processes, on a cluster, or in a test in this thread.
Runner = Callable[[Sequence[Replica]], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Spread:
    """How one figure is spread over the replicas."""

    low: float
    mean: float
    high: float


def run_campaign(
    asked: Sequence[Replica],
    runner: Runner,
    results: Results,
    on_row: Callable[[Row], None] = lambda _: None,
) -> None:
    """Run what `results` does not hold yet; every row is kept before the next is looked at.

    Raises:
        ResultsError: a row cannot be kept.
        Exception: whatever the runner raises; what came before it is kept.
    """
    todo = [replica for replica in asked if replica.number not in results.rows]
    for row in runner(todo):
        results.add(row)
        on_row(row)


def spread(rows: Iterable[Row]) -> dict[str, Spread]:
    """Every number of the summaries, by its path, over the replicas that have it.

    >>> spread([{"summary": {"a": {"b": 1}}}, {"summary": {"a": {"b": 3}}}])
    {'a.b': Spread(low=1.0, mean=2.0, high=3.0)}
    """
    values: dict[str, list[float]] = {}
    for row in rows:
        for path, value in _numbers(row["summary"], ""):
            values.setdefault(path, []).append(value)
    return {path: Spread(min(seen), sum(seen) / len(seen), max(seen)) for path, seen in values.items()}


def _numbers(value: Any, path: str) -> Iterable[tuple[str, float]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)
