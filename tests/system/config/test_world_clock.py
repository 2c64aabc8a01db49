"""Business time that follows a world: asked for seldom, carried on between, never back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.field.station_control import Request, Response, StationControlServer
from system.config.environment import SettingsError
from system.demo import world_clock
from system.demo.world_clock import (
    REFRESH_S,
    UnableToTellTime,
    WorldBusinessClock,
    WorldChannel,
    WorldControl,
)

BEGIN = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


class Stage:
    """A wall and a world that a test moves."""

    def __init__(self) -> None:
        self.wall_s = 100.0
        self.world_s = 0.0
        self.asked = 0
        self.silent = False

    def ask(self) -> datetime:
        self.asked += 1
        if self.silent:
            raise UnableToTellTime("silent")
        return BEGIN + timedelta(seconds=self.world_s)

    def pass_s(self, wall_s: float, speed: float) -> None:
        self.wall_s += wall_s
        self.world_s += wall_s * speed

    def clock(self) -> WorldBusinessClock:
        return WorldBusinessClock(self.ask, lambda: self.wall_s)


def test_it_follows_the_world_and_asks_seldom() -> None:
    stage = Stage()
    clock = stage.clock()
    assert clock.now() == BEGIN
    stage.pass_s(REFRESH_S, 60)
    assert clock.now() == BEGIN + timedelta(seconds=60 * REFRESH_S)
    asked = stage.asked
    stage.pass_s(REFRESH_S / 2, 60)
    assert clock.now() == BEGIN + timedelta(seconds=60 * REFRESH_S * 1.5)
    assert stage.asked == asked


def test_it_never_goes_back_where_the_world_slows_down() -> None:
    stage = Stage()
    clock = stage.clock()
    clock.now()
    stage.pass_s(1, 60)
    clock.now()
    stage.pass_s(REFRESH_S * 0.9, 1)
    ahead = clock.now()
    stage.pass_s(REFRESH_S * 0.2, 1)
    assert clock.now() == ahead


def test_it_goes_on_where_the_world_fell_silent() -> None:
    stage = Stage()
    clock = stage.clock()
    clock.now()
    stage.pass_s(1, 60)
    clock.now()
    stage.silent = True
    stage.pass_s(2, 60)
    assert clock.now() == BEGIN + timedelta(seconds=180)


def test_a_world_that_never_answered_tells_no_time() -> None:
    stage = Stage()
    stage.silent = True
    with pytest.raises(UnableToTellTime):
        stage.clock().now()


@given(st.lists(st.tuples(st.floats(0.01, 5), st.floats(0, 1000), st.booleans()), max_size=30))
def test_it_is_monotonic_whatever_happens(steps: list[tuple[float, float, bool]]) -> None:
    stage = Stage()
    clock = stage.clock()
    told = clock.now()
    for wall_s, speed, silent in steps:
        stage.silent = silent
        stage.pass_s(wall_s, speed)
        assert clock.now() >= told
        told = clock.now()


# ------------------------------------------------------------ the channel


class Answering:
    """A world at the other end of a link."""

    def __init__(self, secret: str, utc: str = "2026-11-24T15:00:00+00:00") -> None:
        self.server = StationControlServer(secret)
        self.utc = utc
        self.waiting: list[bytes] = []
        self.closed = False

    def send(self, data: bytes) -> None:
        for request in self.server.receive_data(data):
            answer = (
                Response(request.id, result={"device_time_s": 0.0, "utc": self.utc})
                if isinstance(request, Request)
                else request
            )
            self.waiting.append(answer.to_bytes())

    def receive(self, max_wait_s: float) -> bytes:
        return self.waiting.pop(0) if self.waiting else b""

    def now_s(self) -> float:
        return 0.0

    def wait(self, duration_s: float) -> None:
        raise AssertionError

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answering], None]:
    return lambda link: monkeypatch.setattr(world_clock, "open_link", lambda _url: link)


def test_the_channel_asks_for_the_instant(opened: Callable[[Answering], None]) -> None:
    opened(Answering("s"))
    channel = WorldChannel(WorldControl("tcp://127.0.0.1:1", "s"))
    assert channel.utc() == channel.utc() == BEGIN


@pytest.mark.parametrize("link", [Answering("other"), Answering("s", "nonsense")])
def test_a_refusal_hangs_up(opened: Callable[[Answering], None], link: Answering) -> None:
    opened(link)
    with pytest.raises(UnableToTellTime):
        WorldChannel(WorldControl("tcp://127.0.0.1:1", "s")).utc()
    assert link.closed


def test_the_control_file(tmp_path: Path) -> None:
    file = tmp_path / "control.toml"
    file.write_text('[control]\nurl = "tcp://127.0.0.1:4000"\nsecret = "s3cret"\n')
    control = WorldControl.read(file)
    assert control.url == "tcp://127.0.0.1:4000"
    assert "s3cret" not in repr(control)


@pytest.mark.parametrize(
    "text", ["", "[control", "[control]\nurl = 1\n", '[control]\nurl = "tcp://10.0.0.1:4000"\nsecret = "s"\n']
)
def test_a_wrong_control_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "control.toml"
    file.write_text(text)
    with pytest.raises(SettingsError):
        WorldControl.read(file)
    with pytest.raises(SettingsError):
        WorldControl.read(tmp_path / "none.toml")
