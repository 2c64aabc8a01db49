"""What a room brings to the API, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ninja import Router


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an exception of a verb means to a caller.

    Args:
        status: of the answer.
        kind: last part of the problem's type.
        title: Spanish; the same for every problem of this kind.
        more: further members of the problem, made from the exception.
    """

    status: int
    kind: str
    title: str
    more: Callable[[Any], Mapping[str, Any]] = lambda _: {}


@dataclass(frozen=True, slots=True)
class Room:
    """A room's part of the API.

    Args:
        routers: whose paths begin with a slash.
        refusals: exception of its verbs -> what it means; its text is the detail, one Spanish sentence.
    """

    routers: tuple[Router, ...]
    refusals: Mapping[type[Exception], Refusal] = field(default_factory=dict)
