"""The token tokens on devices with a past: tested a minute ago, or left under another key."""

import pytest

from conformance.bench.bench import Bench
from conformance.bench.mint import change_tokens, other_revision
from conformance.bench.outcome import CaseFails, CaseInconclusive
from conformance.bench.rig import Rig, open_rig
from conformance.targets import load


@pytest.fixture
def rig() -> Rig:
    return open_rig(load(None, seed=1), "en")


def anew(rig: Rig) -> Bench:
    """A bench of another run on the same device: it remembers nothing."""
    rig.memory.clear()
    bench = Bench(rig)
    bench.begin()
    return bench


def notes(bench: Bench) -> list[str]:
    return [step.text.en for step in bench.recorder.steps() if step.kind == "note"]


def test_a_new_device_gives_fresh_tids_from_its_own_minute_on(rig: Rig):
    tokens = anew(rig).tokens
    first = tokens.tid()
    assert tokens.tid() == first + 1


@pytest.mark.parametrize("used", [1, 7, 60, 300])
def test_a_device_that_was_tested_a_minute_ago_still_gives_fresh_tids(rig: Rig, used: int):
    before = anew(rig).tokens
    for _ in range(used):
        before.must_accept(before.credit(1))
    bench = anew(rig)
    for _ in range(5):
        assert bench.tokens.enter(bench.tokens.credit(1)).accepted
    assert "preparation" in notes(bench)[0]


def test_gaps_left_by_a_run_that_was_cut_short_do_no_harm(rig: Rig):
    before = anew(rig).tokens
    before.must_accept(before.credit(1))
    for _ in range(30):
        before.tid()
        before.must_accept(before.credit(1))
    tokens = anew(rig).tokens
    for _ in range(10):
        assert tokens.enter(tokens.credit(1)).accepted


def test_a_device_left_under_the_other_key_is_brought_back(rig: Rig):
    tokens = anew(rig).tokens
    tokens.must_accept(tokens.credit(1))
    declared = tokens.mint.register
    for section in change_tokens(declared, other_revision(declared)):
        tokens.must_accept(section)
    bench = anew(rig)
    assert bench.tokens.enter(bench.tokens.credit(1)).accepted
    assert bench.tokens.mint.register == declared
    assert "the declared key was brought back" in notes(bench)[0]


def test_a_device_of_another_supply_group_is_inconclusive():
    target = load(None, seed=1)
    assert target.statement.sts is not None
    wrong = target.statement.sts.model_copy(update={"sgc": "123457"})
    import dataclasses

    target = dataclasses.replace(target, statement=target.statement.model_copy(update={"sts": wrong}))
    with pytest.raises(CaseInconclusive, match=r"check the \[sts\] section"):
        anew(open_rig(target, "en")).tokens.tid()


def test_words_that_nobody_knows_are_inconclusive(rig: Rig):
    class Strange:
        def enter(self, digits: str) -> str:
            return "¡ole!"

    rig.stations.stations["keypad"] = Strange()  # type: ignore[index]
    tokens = anew(rig).tokens
    answer = tokens.enter("1" * 20)
    tokens.expect_refused(answer)
    with pytest.raises(CaseInconclusive, match="ole"):
        tokens.expect(answer, "UsedError")
    with pytest.raises(CaseInconclusive, match="ole"):
        tokens.expect_accepted(answer)


def test_credit_that_moves_otherwise_fails(rig: Rig):
    bench = anew(rig)
    tokens = bench.tokens
    with tokens.credit_moves(2):
        tokens.must_accept(tokens.credit(2))
    with pytest.raises(CaseFails, match="credit moves by 300 Wh"), tokens.credit_moves(3):
        tokens.must_accept(tokens.credit(4))


def test_both_ways_tell_the_same_result(rig: Rig):
    tokens = anew(rig).tokens
    digits = tokens.credit(1)
    assert tokens.enter(digits, "gateway").names == {"Accept"}
    assert tokens.enter(digits, "gateway").names == {"UsedError"}
    assert tokens.enter(digits, "keypad").names == {"UsedError"}


def test_a_device_that_a_run_left_dark_is_energised_again(rig: Rig):
    before = anew(rig)
    before.stations.cut()
    bench = anew(rig)
    bench.clock.wait(10)
    with bench.associated("public") as dialogue:
        assert dialogue.octets(1, "0.0.42.0.0", 2)


def test_stations_are_told_only_what_changes(rig: Rig):
    told: list[tuple[float, float]] = []
    real = rig.stations.stations["load"]

    class Watched:
        def set(self, current_a: float, phase_deg: float = 0.0) -> None:
            told.append((current_a, phase_deg))
            real.set(current_a, phase_deg)

    rig.stations.stations["load"] = Watched()  # type: ignore[index]
    bench = anew(rig)
    bench.stations.load(0.0)
    bench.stations.load(5.0)
    bench.stations.load(5.0)
    bench.finish()
    assert told == [(0.0, 0.0), (5.0, 0.0), (0.0, 0.0)]
