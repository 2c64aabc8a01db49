"""Bases of the registry's rows: rows that hold for a time, columns without accents and case."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models

from system.accounts.scoping import ProviderOwned, ScopedQuerySet
from system.registry.identifiers import fold


class DatedQuerySet(ScopedQuerySet):
    """Rows that hold for a time."""

    def at(self, instant: datetime) -> Self:
        """Those that hold at an instant: the start belongs to it, the end does not."""
        return self.filter(valid_from__lte=instant).filter(
            models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=instant)
        )


DatedManager = models.Manager.from_queryset(DatedQuerySet)


class Dated(ProviderOwned):
    """A row that holds from `valid_from` up to, not including, `valid_to` (None: until further notice)."""

    valid_from = models.DateTimeField("desde")
    valid_to = models.DateTimeField("hasta", null=True, blank=True)

    objects: ClassVar[Any] = DatedManager()

    class Meta:
        """Only a base."""

        abstract = True

    def ends(self, instant: datetime) -> None:
        """End it at `instant`; the only change that such a row knows."""
        type(self).objects.filter(pk=self.pk, valid_to__isnull=True).update(valid_to=instant)
        self.valid_to = instant


def dated_constraints(table: str, *one_of: str) -> list[Any]:
    """The constraints of a dated table: an end after its start, and one open row for each `one_of`."""
    return [
        models.CheckConstraint(
            condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
            name=f"{table}_ends_after_start",
        ),
        models.UniqueConstraint(
            fields=list(one_of), condition=models.Q(valid_to__isnull=True), name=f"{table}_one_open"
        ),
    ]


class FoldedField(models.CharField):  # type: ignore[type-arg]
    """Another column without accents and case; filled with every save and every bulk creation, never by hand.

    Args:
        source: name of the other column.
    """

    def __init__(self, *args: Any, source: str = "", **more: Any) -> None:
        self.source = source
        super().__init__(*args, **{"editable": False, "default": "", **more})

    def deconstruct(self) -> Any:
        """Arguments for a migration."""
        name, path, args, more = super().deconstruct()
        return name, path, args, {**more, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """The folded value."""
        folded = fold(getattr(model_instance, self.source))[: self.max_length]
        setattr(model_instance, self.attname, folded)
        return folded
