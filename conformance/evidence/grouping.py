"""What several artefacts ask of an `Evidence`: the cases of a suite, the requirements behind a case."""

from conformance.evidence.model import CaseRecord, Evidence


def by_suite(evidence: Evidence) -> dict[str, tuple[tuple[int, CaseRecord], ...]]:
    """The cases of each suite with their number in the whole run, in the order in which they ran."""
    grouped: dict[str, list[tuple[int, CaseRecord]]] = {}
    for number, case in enumerate(evidence.cases):
        grouped.setdefault(case.suite, []).append((number, case))
    return {suite: tuple(members) for suite, members in grouped.items()}


def requirements_by_case(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """For each case id, the ids of the IPSE specification that its clauses stand for, each once."""
    by_clause = {clause.id: clause.requirements for clause in evidence.clauses}
    return {
        case.id: tuple(
            dict.fromkeys(requirement for clause in case.clauses for requirement in by_clause.get(clause, ()))
        )
        for case in evidence.cases
    }
