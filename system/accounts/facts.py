"""Facts: rows that are written once. Who wants to correct one writes another.

Refused here for whoever uses the models, and by triggers in the database for whoever does not
(`migrations_support.immutable`).
"""

from typing import Any, ClassVar, NoReturn

from django.db import models

from system.accounts.scoping import ScopedQuerySet


class ImmutableFact(TypeError):
    """Somebody wanted to change or delete a fact."""


class FactQuerySet(ScopedQuerySet):
    """Rows that can be added and read."""

    def update(self, **values: Any) -> NoReturn:
        """Refuse.

        Raises:
            ImmutableFact: always.
        """
        raise ImmutableFact(f"{self.model.__name__} rows are facts: they are never updated")

    def delete(self) -> NoReturn:
        """Refuse.

        Raises:
            ImmutableFact: always.
        """
        raise ImmutableFact(f"{self.model.__name__} rows are facts: they are never deleted")

    def bulk_update(self, *_args: Any, **_more: Any) -> NoReturn:
        """Refuse.

        Raises:
            ImmutableFact: always.
        """
        raise ImmutableFact(f"{self.model.__name__} rows are facts: they are never updated")


FactManager = models.Manager.from_queryset(FactQuerySet)


class Fact(models.Model):
    """A row that is written once."""

    objects: ClassVar[Any] = FactManager()

    class Meta:
        """Only a base."""

        abstract = True

    def save(self, *args: Any, **more: Any) -> None:
        """Write it, the first time.

        Raises:
            ImmutableFact: it is written already.
        """
        if not self._state.adding:
            raise ImmutableFact(f"{type(self).__name__} {self.pk} is a fact: it is never updated")
        super().save(*args, **{**more, "force_insert": True})

    def delete(self, *_args: Any, **_more: Any) -> NoReturn:
        """Refuse.

        Raises:
            ImmutableFact: always.
        """
        raise ImmutableFact(f"{type(self).__name__} {self.pk} is a fact: it is never deleted")
