"""Which cases a command line means: by suite, by case id, by clause."""

from collections.abc import Iterable, Sequence

from conformance.bench.case import CaseInfo
from conformance.bench.endings import BenchError


def chosen(cases: Iterable[CaseInfo], suites: Sequence[str], only: Sequence[str]) -> list[CaseInfo]:
    """The cases of `suites` that `only` means; every one of them where `only` is empty.

    A word of `only` means a case or a clause by its id, by the number alone, or by a leading part that ends
    at a ``/`` or ``.``: ``iec62055-41``, ``iec62055-41/7.3``, ``7.3.7``, ``sts/7.3.7/replay``.

    Raises:
        BenchError: a word means nothing.
    """
    within = [case for case in cases if case.suite in suites]
    if not only:
        return within
    for word in only:
        if not any(means(word, case) for case in within):
            raise BenchError(
                f"nothing matches `{word}` in the chosen suites; --list shows every case and clause"
            )
    return [case for case in within if any(means(word, case) for word in only)]


def means(word: str, case: CaseInfo) -> bool:
    """Whether `word` names `case` or one of its clauses."""
    names = [case.id, *case.clauses, *(clause.partition("/")[2] for clause in case.clauses)]
    return any(name == word or name.startswith((f"{word}/", f"{word}.")) for name in names)
