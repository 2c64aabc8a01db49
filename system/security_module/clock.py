"""The module's own clock: the wall, handed in by the program that starts it; settable only with test keys."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from system.security_module.refusals import Refused

SET_BACK_MAX = timedelta(minutes=5)
"""Step back of the wall clock behind the last token that is taken for a correction by NTP."""


class ModuleClock:
    """Clock of the module.

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
