"""The module's own clock: the wall, handed in by the program that starts it; settable only with test keys."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from system.security_module.refusals import Refused

SET_BACK_MAX = timedelta(minutes=5)
"""How far the wall clock may go back behind the last token without being refused: a correction by NTP."""


class ModuleClock:
    """Where the module takes its time from.

    Args:
        wall_utc: returns the present instant.
    """

    def __init__(self, wall_utc: Callable[[], datetime]) -> None:
        self._wall_utc = wall_utc
        self._fixed: datetime | None = None

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._fixed or self._wall_utc().astimezone(UTC)

    def fix(self, moment: datetime | None) -> None:
        """Stand still at `moment`, or follow the wall again; the caller has seen that this is a test."""
        self._fixed = moment


def check_set_back(now: datetime, latest: datetime | None) -> None:
    """Refuse to work on a clock that stands behind what was minted.

    Raises:
        Refused: ``clock``.
    """
    if latest is not None and now < latest - SET_BACK_MAX:
        raise Refused("clock")
