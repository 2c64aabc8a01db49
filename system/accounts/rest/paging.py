"""Lists that end: a limit, an offset, and how many there are."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field

from system.accounts.rest.fields import In, Out, QueryInt, whole

LIMIT, LIMIT_MAX, OFFSET_MAX = 50, 200, 1_000_000
Item = TypeVar("Item", bound=BaseModel)


class PageQuery(In):
    """Which part of a list, in an address."""

    limit: Annotated[QueryInt, Field(ge=1, le=LIMIT_MAX, description="cuántos a lo sumo")] = LIMIT
    offset: Annotated[QueryInt, Field(ge=0, le=OFFSET_MAX, description="desde cuál, contando de 0")] = 0


class PageIn(In):
    """Which part of a list, in a body."""

    limit: Annotated[int, whole(1, LIMIT_MAX)] = LIMIT
    offset: Annotated[int, whole(0, OFFSET_MAX)] = 0


class Page(Out, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    total: int = Field(description="cuántos hay en toda la lista")
    limit: int
    offset: int


def page_of(kind: Any, rows: Any, asked: PageQuery | PageIn, make: Callable[[Any], Any]) -> Any:
    """The part of the rows that was asked for.

    Args:
        kind: `Page` of what is listed.
        rows: an ordered query, or a sequence.
        asked: limit and offset.
        make: from a row to what is listed.
    """
    total = len(rows) if isinstance(rows, Sequence) else rows.count()
    found = rows[asked.offset : asked.offset + asked.limit]
    return kind(items=[make(row) for row in found], total=total, limit=asked.limit, offset=asked.offset)
