import pytest

from conformance import catalogue, mutants
from conformance.runner import run_suites
from conformance.targets import load
from conformance.verdicts import Verdict


@pytest.mark.parametrize("name", mutants.names())
def test_every_mutant_fails_the_clause_that_it_breaks(name: str):
    clause = mutants.load(name).clause
    evidence = run_suites(load(f"mutant://{name}", seed=1), only=(clause,), seed=1)
    caught = [case for case in evidence.cases if clause in case.clauses and case.verdict is Verdict.FAILS]
    assert caught
    assert any(case.frames for case in caught)
    assert all(case.reason.en.startswith("not met: ") for case in caught)
    assert any(step.passed is False for step in caught[0].steps)
    assert not [case.id for case in evidence.cases if case.verdict is Verdict.INCONCLUSIVE]


def test_a_mutant_says_what_it_breaks():
    for name in mutants.names():
        mutant = mutants.load(name)
        assert mutant.clause in catalogue.clauses()
        assert all(mutant.description)


def test_underscores_are_hyphens_and_strangers_are_unknown():
    assert mutants.load("never_opens_relay").name == "never-opens-relay"
    with pytest.raises(LookupError, match="no mutant called `x`"):
        mutants.load("x")
