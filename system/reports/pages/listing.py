"""The list of reports, each with the question that it answers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.reports.catalogue import REGISTRY, SECTIONS


@requires(Operation.SEE_REPORTS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All reports by section."""
    sections = [
        (section, [report for report in REGISTRY.values() if report.section == section])
        for section in SECTIONS
    ]
    user: Any = request.user
    may_schedule = user.may(Operation.SCHEDULE_REPORTS)
    shown = {"sections": [one for one in sections if one[1]], "may_schedule": may_schedule}
    return render(request, "reports/index.html", shown)
