"""Edge of the security module in commands: the clock that it follows, and its errors as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from amibench.errors import CommandError
from links.base import LinkError
from system.security_module.errors import SecurityModuleError


def wall_utc() -> datetime:
    """The wall's time: what the module's own clock follows."""
    return datetime.now(UTC)  # noqa: TID251 - time enters the security module here


@contextmanager
def as_command_error() -> Iterator[None]:
    """Turn what the security module raises into the one sentence that a command ends with."""
    try:
        yield
    except (SecurityModuleError, LinkError, ValueError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise CommandError(f"{where}{error.strerror or error}") from error
