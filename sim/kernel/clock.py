"""The clock of a simulated world: SimPy's seconds and a calendar over them."""

from datetime import UTC, datetime, timedelta

from simpy import Environment

#: Midnight in Bogota (UTC-5) of the first of January 2026.
DEFAULT_EPOCH = datetime(2026, 1, 1, 5, 0, tzinfo=UTC)


class SimClock:
    """The true time of a world.

    Args:
        env: the SimPy environment; its unit is the second.
        epoch: the instant (aware, UTC) at which ``env.now`` was 0.

    >>> env = Environment()
    >>> clock = SimClock(env)
    >>> env.run(until=90.5)
    >>> clock.now_s(), clock.utc().isoformat()
    (90.5, '2026-01-01T05:01:30.500000+00:00')
    """

    __slots__ = ("_env", "epoch")

    def __init__(self, env: Environment, epoch: datetime = DEFAULT_EPOCH) -> None:
        if epoch.utcoffset() is None:
            raise ValueError("the epoch of a world needs a time zone")
        self._env = env
        self.epoch = epoch.astimezone(UTC)

    def now_s(self) -> float:
        """Device seconds since the world began."""
        return float(self._env.now)

    def utc(self) -> datetime:
        """The instant, aware, in UTC."""
        return self.epoch + timedelta(seconds=self.now_s())
