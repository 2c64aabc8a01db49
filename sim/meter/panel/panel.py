"""Panel of a served world: meters whose customer units are shown, as an ASGI application.

Loopback names only, no foreign content, no key from a foreign page. A world that runs fast goes at its own
pace while a person types: at sixty device seconds a second the keypad would forget what was begun before a
finger finds the next key.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import resources
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from links.clock import Clock
from sim.kernel.served import ServedWorld
from sim.meter.ciu.keypad_display import KEYS
from sim.meter.meter import Meter
from sim.meter.panel.pages import Lang, Moment, chosen, list_page, meter_page, moment_words, shown, text

# ------------------------------------------------------------ pace

#: How long after the last key the world keeps to the wall, s of the wall.
HOLD_S = 15.0
OWN_PACE = 1.0


class Pace:
    """Pace of a world: slow from the first key on, fast again a while after the last.

    Args:
        world: whose speed it is; who goes no faster than the wall is left alone.
        wall: the wall clock.
    """

    def __init__(self, world: ServedWorld, wall: Clock) -> None:
        self._world = world
        self._wall = wall
        self._until_s = 0.0
        self._task: asyncio.Task[None] | None = None

    def touched(self) -> None:
        """A key was pressed."""
        self._until_s = self._wall.now_s() + HOLD_S
        if self._task is None and self._world.speed > OWN_PACE:
            before = self._world.speed
            self._set(OWN_PACE)
            self._task = asyncio.ensure_future(self._hold(before))

    async def close(self) -> None:
        """Hold nothing any more."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _hold(self, before: float) -> None:
        while (left_s := self._until_s - self._wall.now_s()) > 0:
            await self._wall.sleep(left_s)
        self._task = None
        if self._world.speed == OWN_PACE:  # else another was chosen meanwhile
            self._set(before)

    def _set(self, speed: float) -> None:
        self._world.post(partial(self._world.set_speed, speed))


# ------------------------------------------------------------ panel

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class PanelMeter:
    """One meter of the panel.

    Args:
        name: as the world calls it.
        meter: the meter itself.
    """

    name: str
    meter: Meter


class Panel:
    """Meters on the pages, and the keys that are pressed there.

    Args:
        meters: in the order in which they are listed.
        world: their owner; everything is done in its turn.
        utc: gives the world's time.
        wall: the wall clock.
    """

    def __init__(
        self, meters: Iterable[PanelMeter], world: ServedWorld, utc: Callable[[], datetime], wall: Clock
    ) -> None:
        self.meters = {found.name: found for found in meters}
        self.utc = utc
        self.pace = Pace(world, wall)
        self._world = world

    @property
    def speed(self) -> float:
        """Device seconds that pass in a second of the wall."""
        return self._world.speed

    async def ask(self, question: Callable[[], Found]) -> Found:
        """The answer to `question`, asked in the world's turn and at its present time.

        Raises:
            Exception: whatever `question` raised.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def act() -> None:
            if answer.done():
                return
            try:
                answer.set_result(question())
            except Exception as error:
                answer.set_exception(error)

        self._world.post(act)
        found: Found = await answer
        return found

    async def press(self, name: str, key: str) -> None:
        """A finger on a key of a meter's unit.

        Raises:
            LookupError: there is no such meter.
            ValueError: there is no such key.
        """
        meter = self.meters[name].meter
        if key not in KEYS:  # else the unit would light up before it complains
            raise ValueError(f"there is no key {key!r}")
        await self.ask(lambda: meter.press(key))
        self.pace.touched()


# ------------------------------------------------------------ application

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
#: Under other names a page of somewhere else could reach us (DNS rebinding).
_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
#: A page of another origin cannot send this without being asked first, and it is never granted.
_MARK = "x-panel"
_STATIC = {"panel.css": "text/css", "panel.js": "text/javascript"}
_BODY_MAX = 100

View = Callable[[Request], Awaitable[Response]]


def panel_app(panel: Panel) -> Starlette:
    """The pages of `panel`."""
    views = _Views(panel)
    routes = [
        Route("/", _guarded(views.meters)),
        Route("/states", _guarded(views.states)),
        Route("/meter/{name:str}", _guarded(views.meter)),
        Route("/state/{name:str}", _guarded(views.state)),
        Route("/press/{name:str}", _guarded(views.press), methods=["POST"]),
        *(Route(f"/{name}", _guarded(_file(name, kind))) for name, kind in _STATIC.items()),
    ]
    return Starlette(routes=routes)


class _Views:
    """Views of the application."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    async def meters(self, request: Request) -> Response:
        """The list of meters."""
        lang = _lang(request)
        found = await self._panel.ask(lambda: self._all(lang))
        rows = [(name, drn, seen) for name, (drn, seen) in found.items()]
        return HTMLResponse(list_page(lang, rows))

    async def states(self, request: Request) -> Response:
        """What is seen of every meter."""
        lang = _lang(request)
        found = await self._panel.ask(lambda: self._all(lang))
        return JSONResponse({name: seen for name, (_drn, seen) in found.items()})

    async def meter(self, request: Request) -> Response:
        """The customer unit of one meter."""
        lang, name = _lang(request), request.path_params["name"]
        if name not in self._panel.meters:
            return PlainTextResponse(text(lang, "unknown"), status_code=404)
        seen = await self._panel.ask(lambda: self._one(name, lang))
        return HTMLResponse(meter_page(lang, name, self._panel.meters[name].meter.drn, seen))

    async def state(self, request: Request) -> Response:
        """What is seen of one meter."""
        lang, name = _lang(request), request.path_params["name"]
        if name not in self._panel.meters:
            return JSONResponse({}, status_code=404)
        return JSONResponse(await self._panel.ask(lambda: self._one(name, lang)))

    async def press(self, request: Request) -> Response:
        """A finger on a key; what is seen after it."""
        lang, name = _lang(request), request.path_params["name"]
        if name not in self._panel.meters:
            return JSONResponse({}, status_code=404)
        if request.headers.get(_MARK) != "1":
            return JSONResponse({}, status_code=403)
        try:
            await self._panel.press(name, await _key(request))
        except ValueError:
            return JSONResponse({}, status_code=400)
        return JSONResponse(await self._panel.ask(lambda: self._one(name, lang)))

    def _one(self, name: str, lang: Lang) -> dict[str, Any]:
        seen = shown(self._panel.meters[name].meter, lang)
        moment = Moment(self._panel.utc(), self._panel.speed)
        return {**seen, "words": {**seen["words"], **moment_words(moment, lang)}}

    def _all(self, lang: Lang) -> dict[str, tuple[str, dict[str, Any]]]:
        return {
            name: (found.meter.drn, shown(found.meter, lang)) for name, found in self._panel.meters.items()
        }


def _guarded(view: View) -> View:
    """`view` for requests by a loopback name; with the headers that every answer bears."""

    async def guarded(request: Request) -> Response:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
        answer = await view(request) if host in _HOSTS else PlainTextResponse("", status_code=421)
        answer.headers.update(_HEADERS)
        return answer

    return guarded


def _file(name: str, kind: str) -> View:
    content = resources.files(__package__).joinpath("static", name).read_bytes()

    async def view(_request: Request) -> Response:
        return Response(content, media_type=kind)

    return view


def _lang(request: Request) -> Lang:
    return chosen(request.query_params.get("lang"), request.headers.get("accept-language", ""))


async def _key(request: Request) -> str:
    """The key that a request names.

    Raises:
        ValueError: it names none.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _BODY_MAX:
            raise ValueError("too long")
    said = json.loads(body)
    return str(said.get("key")) if isinstance(said, dict) else ""
