"""Pages of delivery: status of a sale's tokens, the button that sends them, and the preferences."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.vending.delivery.hand_over import UnableToDeliver, send_to_meter
from system.vending.delivery.models import DeliveryMode
from system.vending.delivery.preference import UnableToSetPreference, preference_at, set_preference
from system.vending.delivery.status import status_context
from system.vending.models import PointOfSale
from system.vending.pages.sales import find_sale


class PreferenceForm(forms.Form):
    """Delivery preference."""

    point = forms.ModelChoiceField(
        PointOfSale.objects.none(),
        label=gettext_lazy("Punto de venta"),
        required=False,
        empty_label=gettext_lazy("Todos los que no tienen regla propia"),
    )
    mode = forms.ChoiceField(label=gettext_lazy("Entrega"), choices=DeliveryMode.choices)
    messages = forms.BooleanField(
        label=gettext_lazy("Avisar por mensaje a quien lo autorizó"), required=False
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["point"]
        own.queryset = PointOfSale.objects.of(user).select_related("merchant")


@requires(Operation.SEE_SALES)
@require_GET
def status_fragment(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """Status of the delivery now; asks again by itself until it has ended."""
    return render(request, "delivery/_following.html", status_context(request, find_sale(request, sale_id)))


@requires(Operation.DELIVER_TOKEN)
@require_POST
def send_tokens(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """Send the tokens of a sale to its meter."""
    sale = find_sale(request, sale_id)
    try:
        send_to_meter(request.user, sale)
    except UnableToDeliver as error:
        messages.error(request, str(error))
    return redirect("vending:sale", sale_id=sale.pk)


@requires(Operation.MANAGE_POINTS_OF_SALE)
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Delivery preferences of the provider, and of each point of sale."""
    user: Any = request.user
    form = PreferenceForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            set_preference(user, said["mode"], messages=said["messages"], point=said["point"])
        except UnableToSetPreference as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, gettext("Forma de entrega cambiada."))
            return redirect("delivery:choices")
    points = PointOfSale.objects.of(user).select_related("merchant", "delivery_choice")
    rows = [
        (point, preference_at(user.provider_pk, point), hasattr(point, "delivery_choice"))
        for point in points.order_by("merchant", "name")
    ]
    common = preference_at(user.provider_pk, None)
    return render(request, "delivery/choices.html", {"form": form, "rows": rows, "common": common})
