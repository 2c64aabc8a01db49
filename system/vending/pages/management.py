"""Management tokens: power limit, clear credit, clear tamper."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.vending.errors import SalePending
from system.vending.pages.doing import done, user_of
from system.vending.pages.office_forms import ManagementForm
from system.vending.services.issue_management import issue_management


@requires(Operation.MANAGEMENT_TOKEN)
@require_http_methods(["GET", "POST"])
def management(request: HttpRequest) -> HttpResponse:
    """The form, and what came of it."""
    form = ManagementForm(request.POST or None, initial={"sale_id": uuid.uuid4()})
    if request.method == "POST":
        try:
            sale = done(
                request,
                form,
                lambda said: issue_management(
                    user_of(request), said["sale_id"], said["number"], said["what"], said["value"] or 0
                ),
                "Token generado.",
            )
        except SalePending as error:
            return render(request, "vending/pending.html", {"sale_id": error.sale_id}, status=503)
        if sale is not None:
            return redirect("vending:sale", sale_id=sale.pk)
    return render(request, "vending/management.html", {"form": form})
