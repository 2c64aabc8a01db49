"""The home page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.portal.figures import figures_of


@requires(Operation.SEE_HOME)
def home(request: HttpRequest) -> HttpResponse:
    """What is wrong now, and where to go next."""
    user: Any = request.user
    return render(request, "portal/home.html", {"figures": figures_of(user)})
