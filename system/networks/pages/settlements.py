"""Settled days and their files."""

import hashlib

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from system.accounts.access import requires, user_of
from system.accounts.permissions import Operation
from system.networks.errors import UnableToManage
from system.networks.models import Settlement
from system.networks.pages.forms import DayForm
from system.networks.pages.networks import find_network
from system.networks.rest.settlements import as_file
from system.networks.services.settlements import settle_day

PAGE_ROWS = 31


@requires(Operation.MANAGE_NETWORKS)
@require_http_methods(["GET", "POST"])
def settlements(request: HttpRequest, network_id: int) -> HttpResponse:
    """Settled days; and settling up to one."""
    found = find_network(request, network_id)
    form = DayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = settle_day(found, form.cleaned_data["day"])
        except UnableToManage as error:
            form.add_error("day", str(error))
        else:
            messages.success(request, gettext("Liquidación {number} lista.").format(number=made.number))
            return redirect("networks:settlements", network_id=found.pk)
    rows = Settlement.objects.of(user_of(request)).filter(network=found).defer("content").order_by("-number")
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "networks/settlements.html", {"network": found, "form": form, "page": page})


@requires(Operation.MANAGE_NETWORKS)
@require_GET
def download(request: HttpRequest, network_id: int, number: int) -> HttpResponse:
    """The file of a settlement, if it is still what was written."""
    found = find_network(request, network_id)
    row = Settlement.objects.of(user_of(request)).filter(network=found, number=number).first()
    if row is None:
        raise Http404
    if hashlib.sha256(bytes(row.content)).hexdigest() != row.sha256:
        messages.error(request, gettext("El archivo guardado no corresponde a su huella: no se entrega."))
        return redirect("networks:settlements", network_id=found.pk)
    return as_file(row)
