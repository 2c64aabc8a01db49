"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from system.accounts.access import requires
from system.accounts.operations import Operation


@requires(Operation.SEE_HOME)
def home(request: HttpRequest) -> HttpResponse:
    """What is wrong now, and where to go next."""
    return render(request, "portal/home.html")
