"""Consecutive numbers of tickets: by provider and day, without gaps that anybody could hide a sale in."""

from datetime import date

from django.db import connection

from system.registry.models import Provider
from system.vending.models import Sale


def next_number(provider_id: int, day: date) -> str:
    """The next number of a day, ``20261124-000017``; the caller's transaction makes it his."""
    # two counters that take a number at once wait for each other here; SQLite has one writer anyway
    no_key = connection.features.has_select_for_no_key_update
    Provider.objects.select_for_update(no_key=no_key).get(pk=provider_id)
    head = f"{day:%Y%m%d}-"
    last = (
        Sale.objects.filter(provider_id=provider_id, number__startswith=head)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return f"{head}{int(last.removeprefix(head)) + 1 if last else 1:06d}"
