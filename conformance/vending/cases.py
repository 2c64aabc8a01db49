"""How the vendor suite writes its cases: the clause, what they need, and one published case per algorithm."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from conformance.bench.case import case
from conformance.text import Text
from conformance.vending.plan import EAS

STANDARD = "sts531-1"

_F = TypeVar("_F", bound=Callable[..., Any])


def clause(number: str) -> pytest.MarkDecorator:
    """The case of STS 531-1 that a case of ours plays."""
    return pytest.mark.clause(STANDARD, number, level="shall")


def published(number: str, title: Text, *needs: str) -> Callable[[_F], _F]:
    """Mark a function of (bench, ea) as the published steps of a case, once for each algorithm."""
    parameters = [pytest.param(ea, id=f"ea{ea}", marks=_marks(number, title, ea, needs)) for ea in EAS]
    return pytest.mark.parametrize("ea", parameters)


def _marks(number: str, title: Text, ea: str, needs: tuple[str, ...]) -> list[Any]:
    words = case(
        id=f"vending/{number}/published-ea{ea}",
        title=Text(f"{title.es}, EA{ea}", f"{title.en}, EA{ea}"),
        stimulus=Text(
            f"Pedir cada paso de {number} con el reloj del plan, RND 5 y sin TID dados.",
            f"Ask for every step of {number} at the plan's time, RND 5 and no TIDs given.",
        ),
        requirement=Text(
            "Los tokens son, dígito por dígito, los del plan.",
            "The tokens are those of the plan, digit by digit.",
        ),
    )
    return [words, clause(number), pytest.mark.needs("vending", f"vending:ea{ea}", *needs)]


def rule(
    number: str, name: str, title: Text, stimulus: Text, requirement: Text, *needs: str
) -> Callable[[_F], _F]:
    """Mark a function of (bench) as a case about one rule: what is served beside what is refused."""

    def mark(function: _F) -> _F:
        marks = (
            case(id=f"vending/{number}/{name}", title=title, stimulus=stimulus, requirement=requirement),
            clause(number),
            pytest.mark.needs("vending", *needs),
        )
        for each in marks:
            function = each(function)
        return function

    return mark
