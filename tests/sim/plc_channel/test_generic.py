"""The generic wire: the shared checks, and what is its own (loss, partitions, one wire for all)."""

import pytest
from medium_checks import A, B, check_medium
from simpy import Environment

from sim.kernel.medium import LpduReceived, NodeLost, NodeRegistered, SendFailed, WireEvent
from sim.kernel.random import RandomStreams
from sim.plc_channel.generic import GenericMedium, GenericTerms


def _fresh(terms: GenericTerms | None = None, seed: int = 1) -> tuple[Environment, GenericMedium]:
    env = Environment()
    return env, GenericMedium(env, RandomStreams(seed), terms)


def test_it_is_a_medium() -> None:
    check_medium(_fresh)


def test_it_is_a_medium_with_losses_too() -> None:
    check_medium(lambda: _fresh(GenericTerms(loss=0.3, retries=20)))


def _story(seed: int, further_nodes: int = 0, loss: float = 0.3) -> list[tuple[float, WireEvent]]:
    env, medium = _fresh(GenericTerms(loss=loss, rate_bit_s=0), seed)
    told: list[tuple[float, WireEvent]] = []
    base = medium.base(lambda event: told.append((env.now, event)))
    node = medium.node(A, lambda lpdu: node.send(lpdu + b"!"))
    for number in range(further_nodes):
        medium.node(number.to_bytes(6, "big"), lambda lpdu: None)
    env.run(100.0)
    for number in range(20):
        base.send(A, bytes((number,)))
    env.run(1000.0)
    return [(at_s, event) for at_s, event in told if event.eui48 == A]


def test_same_seed_same_story_however_many_others_there_are() -> None:
    assert _story(1) == _story(1) == _story(1, further_nodes=5)
    assert _story(1) != _story(2)


def test_losses_are_tried_again_and_counted() -> None:
    env, medium = _fresh(GenericTerms(loss=0.5, retries=1, rate_bit_s=0))
    failed: list[WireEvent] = []
    base = medium.base(lambda event: failed.append(event) if isinstance(event, SendFailed) else None)
    heard: list[bytes] = []
    medium.node(A, heard.append)
    env.run(100.0)
    for _ in range(400):
        base.send(A, b"x")
    env.run(2000.0)
    counted = base.statistics(A)
    assert (counted.sent, counted.failed) == (len(heard), len(failed))
    assert counted.sent + counted.failed == 400
    assert 60 <= counted.failed <= 140  # a quarter is lost twice
    assert 150 <= counted.retries <= 250  # half is tried again


def test_the_wire_carries_one_lpdu_at_a_time() -> None:
    env, medium = _fresh(GenericTerms(delay_s_min=0, delay_s_max=0, rate_bit_s=8_000))
    base = medium.base(lambda event: None)
    arrived_s: list[float] = []
    for eui48 in (A, B):
        medium.node(eui48, lambda lpdu: arrived_s.append(env.now))
    env.run(100.0)
    base.send(A, bytes(1000))
    base.send(B, bytes(1000))
    env.run(200.0)
    assert arrived_s == [pytest.approx(101.0), pytest.approx(102.0)]


def test_a_partition_that_heals_early_is_forgotten_and_a_long_one_is_told() -> None:
    env, medium = _fresh(GenericTerms(lost_after_s=300))
    told: list[WireEvent] = []
    base = medium.base(told.append)
    medium.node(A, lambda lpdu: None)
    env.run(100.0)
    medium.cut([A])
    base.send(A, b"x")
    env.run(200.0)
    medium.heal()
    env.run(1000.0)
    assert [type(event) for event in told] == [NodeRegistered, SendFailed]
    medium.cut()
    env.run(2000.0)
    medium.heal()
    env.run(3000.0)
    assert [type(event) for event in told[2:]] == [NodeLost, NodeRegistered]


def test_a_storm_loses_everything_until_it_is_over() -> None:
    env, medium = _fresh()
    told: list[WireEvent] = []
    medium.base(told.append)
    node = medium.node(A, lambda lpdu: None)
    env.run(100.0)
    medium.disturb(1.0)
    node.send(b"lost")
    env.run(200.0)
    medium.disturb(None)
    node.send(b"kept")
    env.run(300.0)
    assert [event.lpdu for event in told if isinstance(event, LpduReceived)] == [b"kept"]
    with pytest.raises(ValueError, match="0 to 1"):
        medium.disturb(1.5)


def test_what_was_under_way_dies_with_the_power() -> None:
    env, medium = _fresh()
    heard: list[bytes] = []
    base = medium.base(lambda event: None)
    node = medium.node(A, heard.append)
    env.run(100.0)
    base.send(A, b"x")
    node.power(False)
    node.power(True)
    env.run(200.0)
    assert heard == []


def test_twins_both_register_and_both_hear() -> None:
    env, medium = _fresh()
    told: list[WireEvent] = []
    base = medium.base(told.append)
    heard: list[str] = []
    medium.node(A, lambda lpdu: heard.append("first"))
    medium.node(A, lambda lpdu: heard.append("second"))
    env.run(100.0)
    base.send(A, b"x")
    env.run(200.0)
    assert told.count(NodeRegistered(A)) == 2
    assert sorted(heard) == ["first", "second"]


@pytest.mark.parametrize(
    "terms",
    [
        {"delay_s_min": 2.0, "delay_s_max": 1.0},
        {"loss": 1.0},
        {"loss": -0.1},
        {"retries": -1},
        {"rate_bit_s": -1.0},
    ],
)
def test_terms_out_of_range_are_refused(terms: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        GenericTerms(**terms)  # type: ignore[arg-type]
