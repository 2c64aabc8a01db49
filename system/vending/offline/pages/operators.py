"""Who sells with a terminal."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.pages.finding import find_terminal, user_of
from system.vending.offline.pages.forms import PinForm
from system.vending.offline.pages.terminal import terminal_page
from system.vending.offline.services.operators import remove_operator, set_pin

_MANAGE = requires(Operation.MANAGE_TERMINALS)


@_MANAGE
@require_POST
def add(request: HttpRequest, terminal_id: uuid.UUID) -> HttpResponse:
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
            messages.success(request, "PIN guardado: vale desde el próximo paquete.")
            return redirect("offline:terminal", terminal_id=found.pk)
    return terminal_page(request, found, form)


@_MANAGE
@require_POST
def remove(request: HttpRequest, terminal_id: uuid.UUID, operator_id: int) -> HttpResponse:
    """Somebody sells no longer with it."""
    found = find_terminal(request, terminal_id)
    row = found.operators.select_related("user").filter(pk=operator_id).first()
    if row is None:
        raise Http404
    remove_operator(user_of(request), found, row.user)
    messages.success(request, "Persona retirada: vale desde el próximo paquete.")
    return redirect("offline:terminal", terminal_id=found.pk)
