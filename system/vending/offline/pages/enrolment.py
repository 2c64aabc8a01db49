"""Pages of enrolment: the terminal's file, the fingerprint that two people compare, terms, operators."""

import base64
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from protocols.offline.envelope import fingerprint
from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import Terminal
from system.vending.offline.pages.forms import ConfirmForm, EnrolmentForm, PinForm, TermsForm
from system.vending.offline.pages.terminals import find_terminal, terminal_page, user_of
from system.vending.offline.services.enrolment import (
    change_terms,
    enrol,
    read_enrolment,
    remove_operator,
    set_pin,
)

# ------------ terminal

_MANAGE = requires(Operation.MANAGE_TERMINALS)


@_MANAGE
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """The form for the file."""
    return _file_page(request, EnrolmentForm(), None)


@_MANAGE
@require_GET
def begin_in_place(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """The same, for one that takes the place of another."""
    return _file_page(request, EnrolmentForm(), find_terminal(request, terminal_id))


@_MANAGE
@require_POST
def compare(request: HttpRequest) -> HttpResponse:
    """Content of the file, its fingerprint, and the terms."""
    former = _former(request)
    form = EnrolmentForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data["enrolment"]
        try:
            read_enrolment(data)
        except OfflineRefused as error:
            form.add_error("enrolment", str(error))
        else:
            hidden = {"enrolment": base64.b64encode(data).decode(), **_initial(former)}
            return _compare_page(request, ConfirmForm(user=request.user, initial=hidden), data, former)
    return _file_page(request, form, former)


@_MANAGE
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Bind it."""
    former = _former(request)
    form = ConfirmForm(request.POST, user=request.user)
    valid = form.is_valid()
    data = form.cleaned_data.get("enrolment")
    if data is None:
        return _file_page(request, EnrolmentForm(), former)
    if valid:
        try:
            made = enrol(user_of(request), data, form.terms(), former)
        except OfflineRefused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request,
                gettext("Terminal {code} inscrito: dé un PIN a quien vende con él.").format(code=made.code),
            )
            return redirect("offline:terminal", terminal_id=made.pk)
    try:
        return _compare_page(request, form, data, former)
    except OfflineRefused:
        return _file_page(request, EnrolmentForm(), former)


@_MANAGE
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """Other terms, from the next pack on."""
    found = find_terminal(request, terminal_id)
    posted = request.POST if request.method == "POST" else None
    form = TermsForm(posted, user=request.user, initial=_initial(found))
    if posted is not None and form.is_valid():
        try:
            change_terms(user_of(request), found, form.terms())
        except OfflineRefused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, gettext("Condiciones cambiadas: valen desde el próximo paquete."))
            return redirect("offline:terminal", terminal_id=found.pk)
    return render(request, "offline/terms.html", {"form": form, "terminal": found})


def _former(request: HttpRequest) -> Terminal | None:
    text = request.POST.get("former", "")
    try:
        return find_terminal(request, uuid.UUID(text)) if text else None
    except ValueError:
        return None


def _initial(found: Terminal | None) -> dict[str, Any]:
    if found is None:
        return {}
    whole, rest = divmod(found.limit_c, 100)
    return {
        "point_of_sale": found.point_of_sale_id,
        "limit": f"{whole},{rest:02d}" if rest else str(whole),
        "scope": found.scope,
        "community": found.community_id,
        "site": found.site_id,
        "group": found.group_id,
        "conservative": found.conservative,
    }


def _file_page(request: HttpRequest, form: EnrolmentForm, former: Terminal | None) -> HttpResponse:
    return render(request, "offline/enrol.html", {"form": form, "former": former})


def _compare_page(
    request: HttpRequest, form: ConfirmForm, data: bytes, former: Terminal | None
) -> HttpResponse:
    enrolment = read_enrolment(data)
    shown = {
        "form": form,
        "former": former,
        "enrolment": enrolment,
        "prints": fingerprint(enrolment.signing_public),
    }
    return render(request, "offline/compare.html", shown)


# ------------ operators


@_MANAGE
@require_POST
def add_operator(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
    """A PIN for somebody."""
    found = find_terminal(request, terminal_id)
    form = PinForm(request.POST, terminal=found)
    if form.is_valid():
        said = form.cleaned_data
        try:
            set_pin(user_of(request), found, said["operator"], said["pin"])
        except OfflineRefused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, gettext("PIN guardado: vale desde el próximo paquete."))
            return redirect("offline:terminal", terminal_id=found.pk)
    return terminal_page(request, found, form)


@_MANAGE
@require_POST
def remove_operator_page(request: HttpRequest, terminal_id: uuid.UUID, operator_id: int) -> HttpResponse:
    """Removal of an operator."""
    found = find_terminal(request, terminal_id)
    row = found.operators.select_related("user").filter(pk=operator_id).first()
    if row is None:
        raise Http404
    remove_operator(user_of(request), found, row.user)
    messages.success(request, gettext("Persona retirada: vale desde el próximo paquete."))
    return redirect("offline:terminal", terminal_id=found.pk)
