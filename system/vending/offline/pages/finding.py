"""Rows that the user may see."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest

from system.vending.offline.models import Terminal


def user_of(request: HttpRequest) -> Any:
    """Who asks; a guarded page has always somebody."""
    return request.user


def find_terminal(request: HttpRequest, terminal_id: uuid.UUID) -> Terminal:
    """A terminal of the user's provider.

    Raises:
        Http404: there is none.
    """
    rows = Terminal.objects.of(user_of(request))
    rows = rows.select_related("point_of_sale__merchant", "provider", "community", "site", "group", "former")
    found: Terminal | None = rows.filter(pk=terminal_id).first()
    if found is None:
        raise Http404
    return found
