import pytest

from conformance import catalogue
from conformance.bench.case_selection import suite_names
from conformance.runner import list_cases
from conformance.targets import load


@pytest.fixture(scope="module")
def cases():
    return list_cases(load(None, seed=1), suites=suite_names())


def test_every_clause_has_a_case(cases):
    named = {clause for case in cases for clause in case.clauses}
    assert named == set(catalogue.clauses())


def test_every_clause_speaks_both_languages_and_names_its_requirements():
    for clause in catalogue.clauses().values():
        assert clause.title.en, clause.id
        assert clause.paraphrase.en, clause.id
        assert clause.title.spoken("es") != clause.title.en, clause.id
        assert clause.requirements, clause.id
        assert clause.level in ("shall", "should", "may")


def test_every_case_speaks_both_languages(cases):
    for case in cases:
        for sentence in (case.title, case.stimulus, case.requirement):
            assert all(sentence.in_languages("es", "en").values()), case.id


def test_cases_come_in_the_order_of_the_profile():
    suites = list(dict.fromkeys(case.suite for case in list_cases(load(None, seed=1))))
    assert suites == list(catalogue.profile("ipse-teorama").suites)
    assert {*suites, *catalogue.profile("vending").suites} == set(suite_names())


def test_unknown_names_are_refused():
    with pytest.raises(catalogue.CatalogueError, match="no clause iec62055-41/99"):
        catalogue.clause_id("iec62055-41", "99")
    with pytest.raises(catalogue.CatalogueError, match="no profile called `x`; known: ipse-teorama"):
        catalogue.profile("x")
