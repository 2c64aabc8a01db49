"""Customers: search, one, correct, the guided form; consent, export and erasure (Law 1581)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires, user_of
from system.accounts.permissions import Operation
from system.accounts.services import UnableToChangeUser, UnableToCreateUser, invite_subscriber
from system.registry import personal_data
from system.registry.errors import UnableToRegister
from system.registry.hooks import tariff_codes
from system.registry.models import Customer, Site
from system.registry.pages.forms import ConsentForm, PersonForm, ServicePointForm
from system.registry.pages.shortcuts import add_refusal, page_of, row_or_404
from system.registry.selectors import find_customers, service_points_of
from system.registry.services.installations import edit_customer, register_service_point


@requires(Operation.SEE_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def customers(request: HttpRequest) -> HttpResponse:
    """Search by name, document, NIU or meter number.

    What is searched for is posted: a name in an address would stay in histories and in logs of proxies.
    """
    text = request.POST.get("q", "").strip()[:100]
    page = page_of(request, find_customers(request.user, text))
    shown = {"page": page, "text": text, "may_edit": user_of(request).may(Operation.EDIT_CUSTOMERS)}
    return render(request, "registry/customers.html", shown)


@requires(Operation.SEE_CUSTOMERS)
@require_GET
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """One customer: installations, agreements, consents, login."""
    found = row_or_404(request, Customer, customer_id)
    user = user_of(request)
    homes = service_points_of(user, found)
    shown = {
        "customer": found,
        "homes": homes,
        "agreements": found.agreements.select_related("installation").order_by("-valid_from"),
        "consents": found.consents.select_related("recorded_by").order_by("-id"),
        "consent_form": ConsentForm(),
        "may_edit": user.may(Operation.EDIT_CUSTOMERS),
        "may_export": user.may(Operation.EXPORT_PERSONAL_DATA),
        "may_invite": user.may(Operation.MANAGE_USERS),
        "login": found.users.first(),
    }
    return render(request, "registry/customer.html", shown)


@requires(Operation.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Correct a person's data."""
    found = row_or_404(request, Customer, customer_id)
    initial = {name: getattr(found, name) for name in ("document", "name", "phone", "email")}
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            edit_customer(user_of(request), found, form.person())
        except UnableToRegister as error:
            add_refusal(form, error)
        else:
            messages.success(request, gettext("Datos guardados."))
            return redirect("registry:customer", customer_id=found.pk)
    shown = {"form": form, "title": "Corregir datos", "back": ("registry:customer", found.pk)}
    return render(request, "registry/form.html", shown)


@requires(Operation.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """The guided form: person, place, agreement, meter."""
    user = user_of(request)
    form = ServicePointForm(request.POST if request.method == "POST" else None, user)
    if request.method == "POST" and form.is_valid():
        try:
            installation = register_service_point(user, form.home())
        except UnableToRegister as error:
            form.complain(error)
        else:
            messages.success(request, gettext("Instalación {niu} registrada.").format(niu=installation.niu))
            return redirect("registry:installation", installation_id=installation.pk)
    ready = {"sites": Site.objects.of(user).exists(), "tariffs": bool(tariff_codes(user.provider_pk))}
    return render(request, "registry/home_form.html", {"form": form, "ready": ready})


@requires(Operation.MANAGE_USERS)
@require_POST
def invite(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A login for this person, to see his own account; its first password is shown once."""
    found = row_or_404(request, Customer, customer_id)
    try:
        made, password = invite_subscriber(user_of(request), found, request.POST.get("username", "").strip())
    except (UnableToChangeUser, UnableToCreateUser) as error:
        messages.error(request, str(error))
        return redirect("registry:customer", customer_id=found.pk)
    return render(request, "accounts/first_password.html", {"person": made, "password": password})


# --- Personal data (Law 1581)


@requires(Operation.EDIT_CUSTOMERS)
@require_POST
def consent(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Record a consent, given or taken back."""
    found = row_or_404(request, Customer, customer_id)
    form = ConsentForm(request.POST)
    given = request.POST.get("given") == "yes"
    if not form.is_valid():
        messages.error(request, gettext("Elija el medio por el que la persona lo dijo."))
        return redirect("registry:customer", customer_id=found.pk)
    try:
        personal_data.record_consent(user_of(request), found, given=given, **form.cleaned_data)
    except UnableToRegister as error:
        messages.error(request, error.sentence)
    else:
        messages.success(
            request, gettext("Autorización registrada.") if given else gettext("Retiro registrado.")
        )
    return redirect("registry:customer", customer_id=found.pk)


@requires(Operation.EXPORT_PERSONAL_DATA)
@require_POST
def export(request: HttpRequest, customer_id: int) -> HttpResponse:
    """All personal data of a customer, as a ZIP."""
    found = row_or_404(request, Customer, customer_id)
    answer = HttpResponse(
        personal_data.export_personal_data(user_of(request), found), content_type="application/zip"
    )
    # by key: the name of a file stays in histories of downloads
    answer["Content-Disposition"] = f'attachment; filename="datos-cliente-{found.pk}.zip"'
    return answer


@requires(Operation.ERASE_PERSONAL_DATA)
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show the data that would be erased and those that must stay; then erase."""
    found = row_or_404(request, Customer, customer_id)
    if request.method == "POST":
        try:
            result = personal_data.erase_personal_data(user_of(request), found)
        except UnableToRegister as error:
            messages.error(request, error.sentence)
        else:
            whole = "Los datos fueron suprimidos."
            partly = "Se suprimieron los datos de contacto; nombre y documento quedan mientras haya deber."
            messages.success(request, whole if result.whole else partly)
        return redirect("registry:customer", customer_id=found.pk)
    shown = {
        "customer": found,
        "duty": personal_data.retention_duty(found),
        "years": personal_data.KEEP_YEARS,
    }
    return render(request, "registry/erase.html", shown)
