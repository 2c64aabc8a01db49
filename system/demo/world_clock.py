"""Business time that follows a simulated world, asked for over its control channel; never in production."""

import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from links import Link, open_link
from links.base import LinkError
from links.clock import monotonic_s
from protocols.field.errors import StationControlError
from protocols.field.station_control import StationControlClient
from system.config.environment import SettingsError

#: So old may an answer become before the world is asked again, s of the wall.
REFRESH_S = 0.5
ANSWER_WITHIN_S = 5.0
_LOOPBACK = ("tcp://127.0.0.1:", "tcp://localhost:", "tcp://[::1]:")


class UnableToTellTime(Exception):
    """The world does not answer; one sentence."""


@dataclass(frozen=True, slots=True)
class WorldControl:
    """Control channel of a world.

    Args:
        url: of its port, loopback.
        secret: that every request must carry.
    """

    url: str
    secret: str = field(repr=False)

    @classmethod
    def read(cls, file: Path) -> "WorldControl":
        """From the file that ``amibench sim serve`` wrote.

        Raises:
            SettingsError: there is none, it says nothing of a channel, or the channel is elsewhere.
        """
        try:
            control = tomllib.loads(file.read_text(encoding="utf-8"))["control"]
            found = cls(str(control["url"]), str(control["secret"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SettingsError(f"{file} is no control file of a served world: start one first") from error
        if not found.url.startswith(_LOOPBACK):
            raise SettingsError(f"{found.url} is no loopback address: a world is followed on this machine")
        return found


class WorldChannel:
    """Channel by which a world is asked for its time.

    Args:
        control: where.
    """

    def __init__(self, control: WorldControl) -> None:
        self._control = control
        self._link: Link | None = None
        self._codec = StationControlClient(control.secret)

    def utc(self) -> datetime:
        """The world's present instant.

        Raises:
            UnableToTellTime: no answer.
        """
        try:
            return self._ask()
        except (LinkError, StationControlError, ValueError) as error:
            self._hang_up()
            raise UnableToTellTime(f"the simulated world does not tell its time: {error}") from error

    def _ask(self) -> datetime:
        if self._link is None:
            self._codec = StationControlClient(self._control.secret)
            self._link = open_link(self._control.url)
        link = self._link
        link.send(self._codec.request("clock.now"))
        until_s = link.now_s() + ANSWER_WITHIN_S
        while (left_s := until_s - link.now_s()) > 0:
            for response in self._codec.receive_data(link.receive(left_s)):
                if response.id in (self._codec.last_id, 0):
                    return datetime.fromisoformat(str(response.unwrap()["utc"])).astimezone(UTC)
        raise ValueError("no answer in time")

    def _hang_up(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()


def _channel() -> Callable[[], datetime]:
    return WorldChannel(WorldControl.read(Path(getattr(settings, "WORLD_CONTROL_FILE", "")))).utc


class WorldBusinessClock:
    """Clock of a world; between two answers it goes on at the pace that was seen last.

    It never goes back, also where the world slows down or is served anew from an earlier instant: a sale is
    not dated before the one before it.

    Args:
        ask: gives the world's instant, or raises `UnableToTellTime`; as the settings say where none is given.
        wall_s: seconds of the wall.
    """

    def __init__(
        self, ask: Callable[[], datetime] | None = None, wall_s: Callable[[], float] = monotonic_s
    ) -> None:
        self._ask = ask or _channel()
        self._wall_s = wall_s
        self._turn = threading.Lock()
        self._seen: tuple[float, datetime] | None = None
        self._pace = 0.0
        self._told = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The instant, aware, in UTC.

        Raises:
            UnableToTellTime: the world never answered.
        """
        with self._turn:
            wall_s = self._wall_s()
            if self._seen is None or wall_s - self._seen[0] >= REFRESH_S:
                self._look(wall_s)
            self._told = max(self._told, self._extrapolated(wall_s))
            return self._told

    def _look(self, wall_s: float) -> None:
        try:
            instant = self._ask()
        except UnableToTellTime:
            if self._seen is None:
                raise
            return  # a world that fell silent: its time goes on as it went
        if self._seen is not None:
            passed_s = (instant - self._seen[1]).total_seconds()
            self._pace = max(0.0, passed_s / (wall_s - self._seen[0]))
        self._seen = (wall_s, instant)

    def _extrapolated(self, wall_s: float) -> datetime:
        if self._seen is None:
            return self._told
        since_s, instant = self._seen
        return instant + timedelta(seconds=(wall_s - since_s) * self._pace)
