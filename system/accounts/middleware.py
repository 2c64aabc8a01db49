"""Who must change his password, does that before anything else."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

GetResponse = Callable[[HttpRequest], HttpResponse]
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
