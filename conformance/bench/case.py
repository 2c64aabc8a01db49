"""Conformance case: a test function with an id, a title, a stimulus and a requirement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import pytest

from i18n import Message

Level = Literal["shall", "should", "may"]

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class CaseText:
    """The words of a case, as its `case` decorator gives them."""

    id: str
    title: Message
    stimulus: Message
    requirement: Message


@dataclass(frozen=True, slots=True)
class CaseInfo:
    """A collected case: its words, where it belongs, what it needs and whether it applies to the target.

    `gate` says why it does not apply (no station, not declared), None where it will be run.
    """

    id: str
    suite: str
    title: Message
    stimulus: Message
    requirement: Message
    clauses: tuple[str, ...]
    needs: tuple[str, ...]
    gate: Message | None = None


def case(*, id: str, title: Message, stimulus: Message, requirement: Message) -> Callable[[_F], _F]:  # noqa: A002
    """Mark a test function as a conformance case.

    Args:
        id: ``suite/number/name``, for example ``sts/7.3.7/replay``; selectable with ``--only``.
        title: what the case is called.
        stimulus: what the bench does to the device.
        requirement: what the device owes.
    """
    return pytest.mark.case(CaseText(id, title, stimulus, requirement))
