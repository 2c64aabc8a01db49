"""Django's connection to PostgreSQL; statements that come again are prepared by the server, and planned once.

Django sends every statement as a whole, with its arguments written into it, and the server plans it anew:
the join that finds a meter takes it milliseconds each time. What stands within ``preparing``
goes the other way, which the driver makes a prepared statement when it comes again.
"""

from types import TracebackType
from typing import Any

from django.db.backends.postgresql import base as plain


class DatabaseWrapper(plain.DatabaseWrapper):
    """A connection whose cursors send arguments apart from statements, within `preparing`."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.preparing = Preparing()

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor; one with a name is never prepared."""
        if name is not None or not self.preparing.on:
            return super().create_cursor(name)
        driver: Any = self.connection
        usual, driver.cursor_factory = driver.cursor_factory, plain.ServerBindingCursor
        try:
            return super().create_cursor()
        finally:
            driver.cursor_factory = usual


class Preparing:
    """A context; one inside another changes nothing."""

    def __init__(self) -> None:
        self.on = 0

    def __enter__(self) -> None:
        self.on += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.on -= 1
