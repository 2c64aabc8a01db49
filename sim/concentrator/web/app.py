"""Local page as an ASGI application. It fetches nothing, and trusts no form without its mark."""

import itertools
import secrets
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sim.concentrator.context import ConcentratorContext
from sim.concentrator.errors import OrderError, PowerLostError
from sim.concentrator.orders import Order
from sim.concentrator.web.authentication import Accounts, RandomOctets, Session
from sim.concentrator.web.texts import text
from sim.concentrator.web.views import VIEWS, Markup, form, page

# ---- actions of the forms

#: Parts, fields of the form -> key of the answer's words; raises `OrderError` to refuse.
Action = Callable[[ConcentratorContext, dict[str, str]], str]


def _decide(context: ConcentratorContext, fields: dict[str, str]) -> str:
    context.decide(fields.get("meter", ""), trusted=fields.get("trusted") == "1")
    return "done"


def _read(context: ConcentratorContext, fields: dict[str, str]) -> str:
    _place(context, Order(_new_id(context), "read", fields.get("serial", "").strip()))
    return "queued"


def _token(context: ConcentratorContext, fields: dict[str, str]) -> str:
    digits = fields.get("token", "").replace(" ", "").replace("-", "")
    serial = fields.get("serial", "").strip()
    _place(context, Order(_new_id(context), "token", serial, {"token": digits}))
    return "queued"


def _set(context: ConcentratorContext, fields: dict[str, str]) -> str:
    context.parameters.write(fields.get("name", ""), fields.get("value", "").strip())
    return "done"


def _place(context: ConcentratorContext, order: Order) -> None:
    if not order.serial:
        raise OrderError("unknown-meter", "which meter?")
    context.orders.place(order)


def _new_id(context: ConcentratorContext) -> str:
    """An id that no order has yet."""
    taken = {order.order for order in context.orders.all()}
    return next(name for name in (f"local-{number}" for number in itertools.count(1)) if name not in taken)


#: Name of a page -> what its form does.
ACTIONS: dict[str, Action] = {"nodes": _decide, "tasks": _read, "orders": _token, "parameters": _set}


COOKIE = "concentrator"
#: Longest form, octets.
_FORM_MAX = 16 * 1024
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

#: Does something in the world, now or a moment later.
Post = Callable[[Callable[[], None]], None]


def web_app(
    context: ConcentratorContext,
    lang: Callable[[], str],
    powered: Callable[[], bool],
    *,
    post: Post = lambda action: action(),
    random_octets: RandomOctets = secrets.token_bytes,
) -> Starlette:
    """The page of one concentrator.

    Args:
        context: its parts.
        lang: ``es`` or ``en``.
        powered: False while it is dead: every page is then answered 503.
        post: does something in the world; of a served world, its `post`.
        random_octets: gives so many octets that nobody can guess.
    """
    site = _Site(context, lang, powered, post, random_octets)
    routes = [
        Route("/", site.home),
        Route("/setup", site.setup, methods=["GET", "POST"]),
        Route("/login", site.login, methods=["GET", "POST"]),
        Route("/logout", site.logout, methods=["POST"]),
        Route("/{name:str}", site.view, methods=["GET", "POST"]),
    ]
    return Starlette(routes=routes)


class _Site:
    """The pages of one concentrator, and who may see them."""

    def __init__(
        self,
        context: ConcentratorContext,
        lang: Callable[[], str],
        powered: Callable[[], bool],
        post: Post,
        random_octets: RandomOctets,
    ) -> None:
        self._context = context
        self._lang = lang
        self._powered = powered
        self._post = post
        self._accounts = Accounts(context.memory, context.terms.web, context.now_s, random_octets)

    # ------------------------------------------------------------ pages

    async def home(self, request: Request) -> Response:
        """To wherever this browser may go."""
        token, session = self._session(request)
        return self._elsewhere(token, self._place(session))

    async def setup(self, request: Request) -> Response:
        """The first start: the password is set, and none is there before."""
        token, session = self._session(request)
        if self._accounts.is_set:
            return self._elsewhere(token, "/")
        if request.method == "POST":
            fields = await _fields(request)
            self._checked(session, fields, lambda: self._set_password(session, fields))
            return self._elsewhere(token, "/login" if self._accounts.is_set else "/setup")
        hint = text(self._lang(), "setup-hint", least=self._context.terms.web.password_min)
        asked = [
            ("password", "password", text(self._lang(), "password")),
            ("again", "password", text(self._lang(), "again")),
        ]
        body = Markup(
            f"<h1>{text(self._lang(), 'setup')}</h1><p>{hint}</p>"
            + form("/setup", session.csrf, text(self._lang(), "set"), asked)
        )
        return self._page(token, session, "setup", body)

    async def login(self, request: Request) -> Response:
        """The password is asked for."""
        token, session = self._session(request)
        if not self._accounts.is_set:
            return self._elsewhere(token, "/setup")
        if request.method == "POST":
            fields = await _fields(request)
            tried: list[bool] = []
            self._checked(session, fields, lambda: tried.append(self._try(session, fields)))
            if any(tried):
                token = self._accounts.let_in(token)
            return self._elsewhere(token, "/status" if any(tried) else "/login")
        asked = [("password", "password", text(self._lang(), "password"))]
        body = form("/login", session.csrf, text(self._lang(), "login"), asked)
        return self._page(token, session, "login", body)

    async def logout(self, request: Request) -> Response:
        """The session ends."""
        token, session = self._session(request)
        fields = await _fields(request)
        self._checked(session, fields, lambda: self._accounts.leave(token))
        return self._elsewhere(token, "/")

    async def view(self, request: Request) -> Response:
        """One of the pages for whoever is logged in, or what is done there."""
        token, session = self._session(request)
        name = request.path_params["name"]
        if not session.trusted:
            return self._elsewhere(token, self._place(session))
        if name not in VIEWS or (request.method == "POST" and name not in ACTIONS):
            return HTMLResponse("404", status_code=404, headers=_HEADERS)
        if not self._powered():
            return HTMLResponse("503", status_code=503, headers=_HEADERS)
        if request.method == "POST":
            fields = await _fields(request)
            self._checked(session, fields, lambda: self._post(lambda: self._act(session, name, fields)))
            return self._elsewhere(token, f"/{name}")
        return self._page(token, session, name, VIEWS[name](self._context, self._lang(), session.csrf))

    # ------------------------------------------------------------ inside

    def _session(self, request: Request) -> tuple[str, Session]:
        return self._accounts.session(request.cookies.get(COOKIE))

    def _place(self, session: Session) -> str:
        if not self._accounts.is_set:
            return "/setup"
        return "/status" if session.trusted else "/login"

    def _checked(self, session: Session, fields: dict[str, str], act: Callable[[], object]) -> None:
        """Do what a form asks for, if it is one of ours, and tell what became of it at the next page."""
        if not secrets.compare_digest(fields.get("csrf", "").encode(), session.csrf.encode()):
            session.message = text(self._lang(), "expired")
            return
        act()

    def _act(self, session: Session, name: str, fields: dict[str, str]) -> None:
        try:
            key = ACTIONS[name](self._context, fields)
            session.message = text(self._lang(), key)  # in the language that was perhaps just chosen
        except OrderError as error:
            session.message = text(self._lang(), "refused", why=error.sentence)

    def _set_password(self, session: Session, fields: dict[str, str]) -> None:
        password = fields.get("password", "")
        if password != fields.get("again"):
            session.message = text(self._lang(), "differ")
            return
        try:
            self._accounts.set_password(password)
        except (OrderError, PowerLostError) as error:
            session.message = text(self._lang(), "refused", why=str(error))
            return
        self._post(lambda: self._tell("password-set"))

    def _try(self, session: Session, fields: dict[str, str]) -> bool:
        if self._accounts.is_right(fields.get("password", "")):
            self._post(lambda: self._tell("login"))
            return True
        pause_s = self._accounts.pause_s
        session.message = text(self._lang(), "wrong")
        if pause_s > 0:
            session.message = text(self._lang(), "pause", seconds=round(pause_s))
        self._post(lambda: self._tell("login-failed"))
        return False

    def _tell(self, name: str) -> None:
        if self._powered():
            self._context.events.record(name)

    def _page(self, token: str, session: Session, name: str, body: Markup) -> Response:
        message, session.message = session.message, ""
        csrf = session.csrf if session.trusted else ""
        whole = page(self._lang(), self._context.terms.serial, name, body, message=message, csrf=csrf)
        return _with_cookie(HTMLResponse(whole, headers=_HEADERS), token)

    def _elsewhere(self, token: str, place: str) -> Response:
        return _with_cookie(RedirectResponse(place, status_code=303, headers=_HEADERS), token)


def _with_cookie(response: Response, token: str) -> Response:
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
    return response


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form; none of one that is too long or of another kind."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return {}
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _FORM_MAX:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20))
