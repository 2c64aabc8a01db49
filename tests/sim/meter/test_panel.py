"""The customer units as pages: what a finger does, what is seen, and who is not let in."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from http.client import HTTPMessage
from typing import Any

import pytest

from links.clock import WallClock
from sim.kernel.served import ServedWorld
from sim.meter.panel import PanelMeter
from sim.meter.panel.pages import LANGS, TEXTS
from sim.meter.panel.panel import Pace
from sim.scenarios.serving import served_panel
from sim.scenarios.world import World

MARKED = {"X-Panel": "1", "Content-Type": "application/json"}
Answer = tuple[int, HTTPMessage, str]


def ask(url: str, key: str | None = None, headers: dict[str, str] | None = None) -> Answer:
    data = None if key is None else json.dumps({"key": key}).encode()
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


class Browser:
    """Asks the panel from a thread, while the loop serves it."""

    def __init__(self, url: str, served: ServedWorld, world: World) -> None:
        self.url, self.served, self.world = url, served, world

    async def get(self, path: str, **headers: str) -> Answer:
        return await asyncio.to_thread(ask, self.url + path, None, headers)

    async def press(self, key: str, headers: dict[str, str] = MARKED, meter: str = "meter-1") -> Answer:
        return await asyncio.to_thread(ask, f"{self.url}/press/{meter}?lang=es", key, headers)

    async def type(self, keys: list[str]) -> dict[str, Any]:
        for key in keys:
            status, _, body = await self.press(key)
            assert status == 200
        return json.loads(body)


def on_panel(test: Callable[[Browser], Awaitable[None]], *, speed: float = 1.0, meters: int = 1) -> None:
    async def run() -> None:
        world = World("ppkw", meters=meters)
        served = world.serve(speed)
        owner = asyncio.ensure_future(served.run())
        shown = [PanelMeter(f"meter-{number}", meter) for number, meter in enumerate(world.meters, 1)]
        try:
            async with served_panel(shown, served, world.clock.utc) as url:
                await test(Browser(url, served, world))
        finally:
            owner.cancel()
            await asyncio.gather(owner, return_exceptions=True)

    asyncio.run(run())


def test_a_token_typed_key_by_key_closes_the_relay(mint_credit: Callable[[World, int], str]) -> None:
    async def test(browser: Browser) -> None:
        before = json.loads((await browser.get("/state/meter-1?lang=es"))[2])
        assert before["words"]["relay"] == "abierto: sin servicio"
        assert before["words"]["credit"] == "0,0 kWh"
        assert "relay" not in before["on"]
        digits = mint_credit(browser.world, 250)
        typed = await browser.type([*digits])
        assert typed["words"]["line-1"].replace(" ", "") + typed["words"]["line-2"].replace(" ", "") == digits
        after = await browser.type(["ok"])
        assert after["words"]["relay"] == "cerrado: hay servicio"
        assert after["words"]["credit"] == "25,0 kWh"
        assert {"relay", "credit-lamp", "backlight"} <= set(after["on"])
        assert after["words"]["credit-lamp"] == "encendido"

    on_panel(test)


def test_the_last_digit_can_be_taken_back() -> None:
    async def test(browser: Browser) -> None:
        assert (await browser.type(["1", "2", "del"]))["words"]["line-1"] == "1"

    on_panel(test)


def test_the_page_names_everything_and_fetches_nothing() -> None:
    async def test(browser: Browser) -> None:
        status, headers, page = await browser.get("/meter/meter-2?lang=en")
        assert status == 200
        assert browser.world.meters[1].drn in page
        assert "Twelve-key keypad" in page
        assert page.count("data-key=") == 12
        assert "http" not in page.replace("http-equiv", "")
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        for name in ("panel.css", "panel.js"):
            assert (await browser.get(f"/{name}"))[0] == 200

    on_panel(test, meters=2)


def test_the_list_has_every_meter() -> None:
    async def test(browser: Browser) -> None:
        page = (await browser.get("/?lang=es"))[2]
        states = json.loads((await browser.get("/states?lang=es"))[2])
        assert list(states) == ["meter-1", "meter-2", "meter-3"]
        assert all(f"/meter/{name}" in page for name in states)

    on_panel(test, meters=3)


def test_the_language_is_the_readers() -> None:
    async def test(browser: Browser) -> None:
        assert '<html lang="en">' in (await browser.get("/", **{"Accept-Language": "en-GB"}))[2]
        assert '<html lang="es">' in (await browser.get("/", **{"Accept-Language": "fr"}))[2]

    on_panel(test)


@pytest.mark.parametrize(
    ("key", "headers", "meter", "status"),
    [
        ("5", {}, "meter-1", 403),
        ("5", MARKED, "meter-9", 404),
        ("hash", MARKED, "meter-1", 400),
        ("5" * 200, MARKED, "meter-1", 400),
        ("5", {**MARKED, "Host": "example.org"}, "meter-1", 421),
    ],
)
def test_who_is_not_let_in(key: str, headers: dict[str, str], meter: str, status: int) -> None:
    async def test(browser: Browser) -> None:
        before = browser.world.meter.display()
        assert (await browser.press(key, headers, meter))[0] == status
        assert browser.world.meter.display() == before

    on_panel(test)


def test_unknown_pages_are_not_found() -> None:
    async def test(browser: Browser) -> None:
        assert [(await browser.get(path))[0] for path in ("/meter/x", "/state/x", "/x")] == [404, 404, 404]

    on_panel(test)


def test_a_dark_meter_says_so() -> None:
    async def test(browser: Browser) -> None:
        browser.served.post(browser.world.meter.power_cut)
        seen = json.loads((await browser.get("/state/meter-1?lang=en"))[2])
        assert seen["words"]["notice"] == "The meter has no power."
        assert seen["words"]["line-1"] == ""

    on_panel(test)


# ------------------------------------------------------------ pace


class HandClock(WallClock):
    """A wall that a test moves; who sleeps is woken when it has passed."""

    def __init__(self) -> None:
        self.at_s = 0.0
        self.sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now_s(self) -> float:
        return self.at_s

    async def sleep(self, duration_s: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sleepers.append((self.at_s + duration_s, woken))
        await woken

    async def pass_s(self, duration_s: float) -> None:
        self.at_s += duration_s
        for until_s, woken in list(self.sleepers):
            if until_s <= self.at_s and not woken.done():
                woken.set_result(None)
        for _ in range(5):
            await super().sleep(0)


class Speed:
    """The part of a served world that the pace moves."""

    def __init__(self, speed: float) -> None:
        self.speed = speed

    def set_speed(self, speed: float) -> None:
        self.speed = speed

    def post(self, action: Callable[[], None]) -> None:
        action()


def test_time_goes_slowly_while_somebody_types() -> None:
    async def test() -> None:
        wall, world = HandClock(), Speed(60.0)
        pace = Pace(world, wall)  # type: ignore[arg-type]
        pace.touched()
        assert world.speed == 1.0
        await wall.pass_s(10)
        pace.touched()
        await wall.pass_s(10)
        assert world.speed == 1.0
        await wall.pass_s(10)
        assert world.speed == 60.0
        pace.touched()
        assert world.speed == 1.0
        await pace.close()

    asyncio.run(test())


def test_who_chose_another_speed_meanwhile_keeps_it() -> None:
    async def test() -> None:
        wall, world = HandClock(), Speed(60.0)
        pace = Pace(world, wall)  # type: ignore[arg-type]
        pace.touched()
        await wall.pass_s(0)
        world.set_speed(5.0)
        await wall.pass_s(20)
        assert world.speed == 5.0

    asyncio.run(test())


def test_a_world_at_its_own_pace_is_left_alone() -> None:
    async def test() -> None:
        world = Speed(0.5)
        Pace(world, HandClock()).touched()  # type: ignore[arg-type]
        assert world.speed == 0.5

    asyncio.run(test())


def test_every_word_is_there_in_both_languages() -> None:
    assert len(LANGS) == 2
    assert all(len(words) == 2 and all(words) for words in TEXTS.values())


@pytest.fixture
def mint_credit() -> Callable[[World, int], str]:
    from protocols.sts.token import TransferCredit, encode_token

    def mint(world: World, units: int) -> str:
        key = world.meter.parts.tokens.register.decoder_key
        return encode_token(TransferCredit(0, 5, 6_000_000, units), key)

    return mint
