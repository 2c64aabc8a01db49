"""The pages as an ASGI application: loopback names only, no foreign content, no key from a foreign page."""

import json
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sim.meter.panel.pages import list_page, meter_page
from sim.meter.panel.panel import Panel
from sim.meter.panel.shown import Moment, moment_words, shown
from sim.meter.panel.texts import Lang, chosen, text

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
#: Under other names a page of somewhere else could reach us (DNS rebinding).
_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
#: A page of another origin cannot send this without being asked first, and nobody grants it.
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
    """What is answered."""

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
    """`view` for whoever came by a loopback name; with the headers that every answer bears."""

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
