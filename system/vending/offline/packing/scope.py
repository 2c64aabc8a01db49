"""Whose installations a terminal sells to."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from system.registry.models import GroupMembership, Installation
from system.vending.offline.models import Scope, Terminal


def installations_of(terminal: Terminal, now: datetime) -> Any:
    """The installations in a terminal's scope at an instant, in the order of their NIU."""
    rows = Installation.objects.filter(provider_id=terminal.provider_id)
    return _NARROWED[Scope(terminal.scope)](rows, terminal, now).order_by("niu")


def _members(rows: Any, terminal: Terminal, now: datetime) -> Any:
    members = GroupMembership.objects.filter(group=terminal.group).at(now)
    return rows.filter(pk__in=members.values("installation_id"))


_NARROWED: Mapping[Scope, Callable[[Any, Terminal, datetime], Any]] = {
    Scope.ALL: lambda rows, _terminal, _now: rows,
    Scope.COMMUNITY: lambda rows, terminal, _now: rows.filter(site__community=terminal.community),
    Scope.SITE: lambda rows, terminal, _now: rows.filter(site=terminal.site),
    Scope.GROUP: _members,
}
