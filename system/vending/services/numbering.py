"""Consecutive numbers of tickets: by provider and day, without gaps that anybody could hide a sale in."""

from datetime import date

from django.db.models import BigIntegerField, CharField

from system.config.compiled import CompiledQuery
from system.config.writer import hold
from system.registry.models import Provider
from system.vending.models import Sale


def next_number(provider_id: int, day: date) -> str:
    """The next number of a day, ``20261124-000017``; the caller's transaction makes it his."""
    hold(Provider(pk=provider_id))  # two counters that take a number at once wait for each other here
    head = f"{day:%Y%m%d}-"
    # a range and not a pattern: with a pattern the first sale of a day would look at all those before it
    last = _LAST.first(provider_id=provider_id, head=head, behind=f"{head}a")
    return f"{head}{int(last.removeprefix(head)) + 1 if last else 1:06d}"


_LAST = CompiledQuery(
    lambda provider_id, head, behind: (
        Sale.objects.filter(provider_id=provider_id, number__gt=head, number__lt=behind)
        .order_by("-number")
        .values_list("number", flat=True)[:1]
    ),
    provider_id=BigIntegerField(),
    head=CharField(),
    behind=CharField(),
)
