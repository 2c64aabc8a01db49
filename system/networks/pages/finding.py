"""Rows that the user may see."""

from typing import Any

from django.http import Http404, HttpRequest

from system.networks.models import Network


def user_of(request: HttpRequest) -> Any:
    """Who asks; a guarded page has always somebody."""
    return request.user


def find_network(request: HttpRequest, network_id: int) -> Network:
    """A network of the user's provider.

    Raises:
        Http404: there is none.
    """
    rows = Network.objects.of(user_of(request)).select_related("agent", "shift__point_of_sale__merchant")
    found: Network | None = rows.filter(pk=network_id).first()
    if found is None:
        raise Http404
    return found


def find(rows: Any, network: Network, pk: Any, field: str = "network") -> Any:
    """A row of a network.

    Raises:
        Http404: there is none.
    """
    found = rows.filter(**{field: network}, pk=pk).first()
    if found is None:
        raise Http404
    return found
