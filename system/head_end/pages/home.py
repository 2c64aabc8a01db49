"""What is wrong now: what a person on duty looks at first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.head_end.selectors.home import problems, standing


@requires(Operation.SEE_FIELD)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Problems by their weight, each with where to click; and the figures of the night."""
    shown = {"problems": problems(request.user), "standing": standing(request.user)}
    return render(request, "head_end/home.html", shown)
