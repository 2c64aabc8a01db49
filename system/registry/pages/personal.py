"""Law 1581: consent, export and erasure of one person's data."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.registry import personal
from system.registry.errors import UnableToRegister
from system.registry.models import Customer
from system.registry.pages.forms import ConsentForm
from system.registry.pages.rows import row_of


@requires(Operation.EDIT_CUSTOMERS)
@require_POST
def consent(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The person agreed, or took it back."""
    found = row_of(request, Customer, customer_id)
    form = ConsentForm(request.POST)
    given = request.POST.get("given") == "yes"
    if not form.is_valid():
        messages.error(request, "Elija el medio por el que la persona lo dijo.")
        return redirect("registry:customer", customer_id=found.pk)
    try:
        personal.record_consent(_user(request), found, given=given, **form.cleaned_data)
    except UnableToRegister as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, "Autorización registrada." if given else "Retiro registrado.")
    return redirect("registry:customer", customer_id=found.pk)


@requires(Operation.EXPORT_PERSONAL_DATA)
@require_POST
def export(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Everything that is known of a person, as a ZIP."""
    found = row_of(request, Customer, customer_id)
    answer = HttpResponse(personal.export(_user(request), found), content_type="application/zip")
    # by key: the name of a file stays in histories of downloads
    answer["Content-Disposition"] = f'attachment; filename="datos-cliente-{found.pk}.zip"'
    return answer


@requires(Operation.ERASE_PERSONAL_DATA)
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Say what would go and what must stay; then do it."""
    found = row_of(request, Customer, customer_id)
    if request.method == "POST":
        try:
            result = personal.erase(_user(request), found)
        except UnableToRegister as error:
            messages.error(request, error.sentence)
        else:
            whole = "Los datos fueron suprimidos."
            partly = "Se suprimieron los datos de contacto; nombre y documento quedan mientras haya deber."
            messages.success(request, whole if result.whole else partly)
        return redirect("registry:customer", customer_id=found.pk)
    shown = {"customer": found, "duty": personal.duty_to_keep(found), "years": personal.KEEP_YEARS}
    return render(request, "registry/erase.html", shown)


def _user(request: HttpRequest) -> Any:
    return request.user
