"""The networks of a provider, and connecting one: the terms are tried before they count."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.config.clock import business_day, business_now
from system.networks.commission import check_sentence, unusual
from system.networks.errors import UnableToManage
from system.networks.models import MessageState, Network, WebhookMessage
from system.networks.pages.finding import user_of
from system.networks.pages.forms import NetworkForm, TermsForm
from system.networks.services.manage_network import commission_of, create_network
from system.networks.services.sell import sold_c
from system.vending.ledger import account_of
from system.vending.models import AccountKind


@requires(Operation.MANAGE_NETWORKS)
@require_GET
def networks(request: HttpRequest) -> HttpResponse:
    """All of them: what each owes, sold today, and was not told."""
    user = user_of(request)
    rows = [
        _row(network) for network in Network.objects.of(user).select_related("shift__point_of_sale__merchant")
    ]
    return render(request, "networks/networks.html", {"rows": rows})


@requires(Operation.MANAGE_NETWORKS)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Connect a network; the first press shows what the terms come to, the second connects it."""
    form = NetworkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if "confirm" not in request.POST:
            return render(request, "networks/form.html", {"form": form, **trial(form)})
        try:
            network = create_network(user_of(request), said["name"], said["kind"], said["terms"])
        except UnableToManage as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, "Red conectada: falta darle una llave.")
            return redirect("networks:network", network_id=network.pk)
    return render(request, "networks/form.html", {"form": form})


def trial(form: TermsForm) -> dict[str, Any]:
    """What the terms of a valid form come to."""
    terms = form.cleaned_data["terms"]
    example_c = min(terms.sale_max_c, 10_000_000)
    return {
        "trial": check_sentence(terms.commission, example_c),
        "unusual": unusual(terms.commission, example_c),
        "terms": terms,
    }


def balance_of(network: Network) -> Any:
    """What it owes, and how much it may."""
    merchant = network.shift.point_of_sale.merchant
    return account_of(network.provider_id, AccountKind.MERCHANT, merchant).balance


def _row(network: Network) -> dict[str, Any]:
    dead = WebhookMessage.objects.filter(endpoint__network=network, state=MessageState.DEAD)
    return {
        "network": network,
        "balance": balance_of(network),
        "today_c": sold_c(network, business_day(business_now())),
        "dead": dead.count(),
        "commission": commission_of(network),
    }
