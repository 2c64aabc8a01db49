"""The piece of the sale page that looks again, the button that sends a token, and what was chosen."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.vending.delivery.choosing import UnableToChoose, choice_at, choose
from system.vending.delivery.forms import ChoiceForm
from system.vending.delivery.hand_over import UnableToDeliver, push
from system.vending.delivery.showing import shown
from system.vending.models import PointOfSale
from system.vending.pages.sales import find_sale


@requires(Operation.SEE_SALES)
@require_GET
def piece(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """How the delivery stands now; asks again by itself until it has ended."""
    return render(request, "delivery/_following.html", shown(request, find_sale(request, sale_id)))


@requires(Operation.DELIVER_TOKEN)
@require_POST
def send_to_meter(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """Send the tokens of a sale to its meter."""
    sale = find_sale(request, sale_id)
    try:
        push(request.user, sale)
    except UnableToDeliver as error:
        messages.error(request, str(error))
    return redirect("vending:sale", sale_id=sale.pk)


@requires(Operation.MANAGE_POINTS_OF_SALE)
@require_http_methods(["GET", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """How tokens are delivered: of the provider, and of each point of sale."""
    user: Any = request.user
    form = ChoiceForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            choose(user, said["mode"], messages=said["messages"], point=said["point"])
        except UnableToChoose as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Forma de entrega cambiada.")
            return redirect("delivery:choices")
    points = PointOfSale.objects.of(user).select_related("merchant", "delivery_choice")
    rows = [
        (point, choice_at(user.provider_pk, point), hasattr(point, "delivery_choice"))
        for point in points.order_by("merchant", "name")
    ]
    common = choice_at(user.provider_pk, None)
    return render(request, "delivery/choices.html", {"form": form, "rows": rows, "common": common})
