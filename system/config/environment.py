"""The environment as settings: names begin with ``AMIBENCH_``, but for ``DATABASE_URL``."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})


class SettingsError(ValueError):
    """A value of the environment makes no sense; the message is one sentence with the mend."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Environment of the process.

    Args:
        values: names and texts; the process's own where nothing is given.
    """

    values: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def text(self, name: str, default: str | None = None) -> str:
        """The text of a name.

        Raises:
            SettingsError: it is not set, and there is no default.
        """
        value = self.values.get(name, default)
        if value is None:
            raise SettingsError(f"{name} is not set: put it into the environment of the process")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """The flag of a name.

        Raises:
            SettingsError: it says neither yes nor no.
        """
        value = self.values.get(name, str(default)).strip().lower()
        if value in _TRUE or value in _FALSE:
            return value in _TRUE
        raise SettingsError(f"{name} is {value!r}: write true or false")

    def number(self, name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
        """The whole number of a name.

        Raises:
            SettingsError: it is no number, or out of range.
        """
        value = self.values.get(name, str(default))
        try:
            number = int(value)
        except ValueError:
            raise SettingsError(f"{name} is {value!r}: write a whole number") from None
        if not low <= number <= high:
            raise SettingsError(f"{name} is {number}: it must be from {low} to {high}")
        return number

    def texts(self, name: str, default: str = "") -> list[str]:
        """The texts of a name, separated by commas."""
        return [text.strip() for text in self.values.get(name, default).split(",") if text.strip()]


def database(url: str, base_dir: Path) -> dict[str, Any]:
    """Django's settings of the database that a URL names.

    ``sqlite:///relative.db``, ``sqlite:////absolute.db``, ``postgresql://user:password@host:port/name``,
    ``mssql://user:password@host:port/name`` (compiles here, was not executed here).

    Raises:
        SettingsError: the URL names no database that is known.
    """
    parts = urlsplit(url)
    make = _ENGINES.get(parts.scheme)
    if make is None:
        raise SettingsError(f"DATABASE_URL begins with {parts.scheme!r}: known are {', '.join(_ENGINES)}")
    return make(url, base_dir)


def _sqlite(url: str, base_dir: Path) -> dict[str, Any]:
    path = unquote(urlsplit(url).path)[1:]
    if not path:
        raise SettingsError("DATABASE_URL names no file: write sqlite:///amibench.db")
    return {
        "ENGINE": "system.config.sqlite",
        "NAME": path if path == ":memory:" else str(base_dir / path),
        # a thread keeps its connection: who closes the last one moves the whole log into the file, and syncs
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # a token that was shown must be on the disk: FULL; without IMMEDIATE a writer fails at once
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def _server(engine: str, options: Mapping[str, Any]) -> Callable[[str, Path], dict[str, Any]]:
    def make(url: str, _: Path) -> dict[str, Any]:
        parts = urlsplit(url)
        name = unquote(parts.path.lstrip("/"))
        if not name:
            raise SettingsError("DATABASE_URL names no database: end it with /name")
        return {
            "ENGINE": engine,
            "NAME": name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(options),
        }

    return make


# a statement that comes for the third time is prepared; a pooler in between must keep a session's own
_POSTGRESQL = _server("system.config.postgresql", {"prepare_threshold": 2})
_ENGINES: dict[str, Callable[[str, Path], dict[str, Any]]] = {
    "sqlite": _sqlite,
    "postgresql": _POSTGRESQL,
    "postgres": _POSTGRESQL,
    "mssql": _server("mssql", {"python_driver": "mssql_python"}),
}
