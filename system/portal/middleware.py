"""Middleware: content security policy, sliding sessions, and the change of password that comes first.

A session is written, and its cookie sent anew, when it is half a minute old, and not with every request: a
commit more for each request is a commit that sales wait for.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from system.config.clock import security_now

#: No foreign host, no inline script, no frame: what is typed into a name cannot run.
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
GetResponse = Callable[[HttpRequest], HttpResponse]


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Middleware that adds the policy, and keeps pages with data out of caches."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answered


#: How long a session stays as it is, seconds; much less than the shortest age that the settings take.
SLIDE_S = 30
#: Where a session keeps when it was last written, seconds of the wall.
_WRITTEN = "amibench_written"


def slide_session(get_response: GetResponse) -> GetResponse:
    """Middleware that has a session written again that was used and is not fresh any more."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        session: Any = request.session
        if session.accessed and not session.is_empty():
            now = int(security_now().timestamp())
            if not 0 <= now - session.get(_WRITTEN, 0) < SLIDE_S:  # below 0: the clock was set back
                session[_WRITTEN] = now
        return response

    return answered


#: Pages that he may open: the one on which it is done, and the way out.
OPEN = ("account_change_password", "account_logout")


def password_change_first(get_response: GetResponse) -> GetResponse:
    """Middleware that leads to the change of password until it is done."""

    def answered(request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if user.is_authenticated and user.must_change_password and not _open(request.path):
            return redirect("account_change_password")
        return get_response(request)

    return answered


def _open(path: str) -> bool:
    # the API says it in its own words (`system.accounts.rest.auth`)
    return path.startswith(("/static/", "/api/")) or path in {reverse(name) for name in OPEN}
