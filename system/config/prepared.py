"""Statements that the server keeps ready, where the database offers it and the engine of ours knows how."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

_PLAIN: AbstractContextManager[None] = nullcontext()


def prepared(connection: Any) -> AbstractContextManager[None]:
    """Run what stands within as statements that come again: ``connection.preparing`` of the engine."""
    preparing: AbstractContextManager[None] = getattr(connection, "preparing", _PLAIN)
    return preparing
