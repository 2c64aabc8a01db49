"""What the security module minted and the book does not know, and the other way round: after a restore."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from system.vending.models import Sale
from system.vending.module import module

_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class UnknownResult:
    """A message id that the module has tokens for, and the book no sale.

    Attributes:
        message_id: of the module; what is sold here has a UUID.
        at: when it was minted.
        pan: of the meter, 18 digits; None for a token that is of no meter.
    """

    message_id: str
    at: datetime
    pan: str | None

    @property
    def sale_id(self) -> uuid.UUID | None:
        """The id that the sale had, or None where it never was one of ours."""
        return _as_uuid(self.message_id)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The book beside the module.

    Attributes:
        kept: results that the module keeps.
        unknown: those that the book has no sale for, the oldest first.
        only_in_book: sales with tokens that the module has forgotten, though it should not have yet: its
            journal is older than the book. What it mints cannot be theirs again (its floor).
    """

    kept: int
    unknown: tuple[UnknownResult, ...]
    only_in_book: tuple[uuid.UUID, ...]


def compare(since: datetime | None = None) -> Comparison:
    """Lay the book beside what the module keeps (35 days); nothing is changed.

    Args:
        since: from which instant; None: all that the module keeps.

    Raises:
        UnableToReachModule: nobody answers.
    """
    kept, unknown, first = set[str](), list[UnknownResult](), None
    for page in _pages(module().results(since)):
        first = first or datetime.fromisoformat(page[0]["at"])
        kept.update(row["message_id"] for row in page)
        unknown += _unknown(page)
    begin = since or first
    return Comparison(len(kept), tuple(unknown), () if begin is None else _forgotten(begin, kept))


def _pages(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    page: list[dict[str, Any]] = []
    for row in rows:
        page.append(row)
        if len(page) == _ASKED_AT_ONCE:
            yield page
            page = []
    if page:
        yield page


def _unknown(page: list[dict[str, Any]]) -> Iterator[UnknownResult]:
    ids = [found for row in page if (found := _as_uuid(row["message_id"])) is not None]
    known = {str(pk) for pk in Sale.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    for row in page:
        if row["message_id"] not in known:
            yield UnknownResult(row["message_id"], datetime.fromisoformat(row["at"]), row["pan"])


def _forgotten(begin: datetime, kept: set[str]) -> tuple[uuid.UUID, ...]:
    minted = Sale.objects.filter(outcome__minted=True, outcome__wall_at__gte=begin, business_at__gte=begin)
    found = minted.order_by("business_at").values_list("pk", flat=True)
    return tuple(pk for pk in found.iterator() if str(pk) not in kept)


def _as_uuid(text: str) -> uuid.UUID | None:
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None
