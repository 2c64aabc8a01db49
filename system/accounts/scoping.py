"""Rows scoped by provider: a user sees those of his own, and nothing else.

Every model with a provider takes its rows through `ScopedManager`: pages and routes call ``of(user)``, and a
test walks over all models that have a provider to see that they do.
"""

from typing import Any, ClassVar, Self

from django.db import models


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows that can be narrowed to what a user may see."""

    def of(self, user: Any) -> Self:
        """The rows of the user's provider; none for a user without one."""
        provider_id = getattr(user, "provider_id", None)
        return self.none() if provider_id is None else self.filter(provider_id=provider_id)


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)


class ProviderOwned(models.Model):
    """A row that belongs to a provider."""

    provider = models.ForeignKey("registry.Provider", on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[Any] = ScopedManager()

    class Meta:
        """Only a base."""

        abstract = True
