"""Networks: list, connect, terms with a trial before they count, keys, suspension."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires, user_of
from system.accounts.permissions import Operation
from system.config.clock import business_day, business_now, security_now
from system.networks.api_keys import SCOPES, KeyRequest, Scope, issue_api_key, revoke_api_key
from system.networks.commission import commission_example, is_unusual, percent_text
from system.networks.errors import UnableToManage
from system.networks.models import ApiKey, MessageState, Network, WebhookMessage
from system.networks.pages.forms import KeyForm, NetworkForm, TermsForm
from system.networks.services.networks import change_terms, commission_of, create_network, switch_network
from system.networks.services.sales import sold_c
from system.vending.api import AccountKind, account_of
from system.vending.api import kwh as tenths


def find_network(request: HttpRequest, network_id: int) -> Network:
    """A network of the user's provider.

    Raises:
        Http404: there is none.
    """
    rows = Network.objects.of(user_of(request)).select_related("agent", "shift__point_of_sale__merchant")
    found: Network | None = rows.filter(pk=network_id).first()
    if found is None:
        raise Http404
    return found


def row_of_network(rows: Any, network: Network, pk: Any, field: str = "network") -> Any:
    """A row of a network.

    Raises:
        Http404: there is none.
    """
    found = rows.filter(**{field: network}, pk=pk).first()
    if found is None:
        raise Http404
    return found


@requires(Operation.MANAGE_NETWORKS)
@require_GET
def networks(request: HttpRequest) -> HttpResponse:
    """All networks: debt, sales of today, dead letters."""
    user = user_of(request)
    rows = [
        _network_row(network)
        for network in Network.objects.of(user).select_related("shift__point_of_sale__merchant")
    ]
    return render(request, "networks/networks.html", {"rows": rows})


@requires(Operation.MANAGE_NETWORKS)
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
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
            messages.success(request, gettext("Red conectada: falta darle una llave."))
            return redirect("networks:network", network_id=network.pk)
    return render(request, "networks/form.html", {"form": form})


def trial(form: TermsForm) -> dict[str, Any]:
    """Trial of the terms of a valid form."""
    terms = form.cleaned_data["terms"]
    example_c = min(terms.sale_max_c, 10_000_000)
    return {
        "trial": commission_example(terms.commission, example_c),
        "unusual": is_unusual(terms.commission, example_c),
        "terms": terms,
    }


def balance_of(network: Network) -> Any:
    """Balance and credit limit."""
    merchant = network.shift.point_of_sale.merchant
    return account_of(network.provider_id, AccountKind.MERCHANT, merchant).balance


def _network_row(network: Network) -> dict[str, Any]:
    dead = WebhookMessage.objects.filter(endpoint__network=network, state=MessageState.DEAD)
    return {
        "network": network,
        "balance": balance_of(network),
        "today_c": sold_c(network, business_day(business_now())),
        "dead": dead.count(),
        "commission": commission_of(network),
    }


# --- One network

_MANAGE = requires(Operation.MANAGE_NETWORKS)


@_MANAGE
@require_GET
def network(request: HttpRequest, network_id: int) -> HttpResponse:
    """Balance, terms and keys."""
    return _network_page(request, find_network(request, network_id))


@_MANAGE
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest, network_id: int) -> HttpResponse:
    """Other limits and another commission; tried first, as for a new one."""
    found = find_network(request, network_id)
    form = TermsForm(request.POST if request.method == "POST" else None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        if "confirm" not in request.POST:
            return render(request, "networks/form.html", {"form": form, "network": found, **trial(form)})
        try:
            change_terms(user_of(request), found, form.cleaned_data["terms"])
        except UnableToManage as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request, gettext("Condiciones cambiadas: valen para las ventas de ahora en adelante.")
            )
            return redirect("networks:network", network_id=found.pk)
    return render(request, "networks/form.html", {"form": form, "network": found})


@_MANAGE
@require_POST
def switch(request: HttpRequest, network_id: int) -> HttpResponse:
    """Suspend it, or let it work again."""
    found = find_network(request, network_id)
    switch_network(user_of(request), found, active=not found.active)
    messages.success(
        request,
        gettext("Red reactivada.") if found.active else gettext("Red suspendida: sus llaves no abren nada."),
    )
    return redirect("networks:network", network_id=found.pk)


@_MANAGE
@require_POST
def add_key(request: HttpRequest, network_id: int) -> HttpResponse:
    """A new key, shown this once."""
    found = find_network(request, network_id)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _network_page(request, found, form)
    said = form.cleaned_data
    asked = KeyRequest(said["name"], said["kind"], tuple(said["scopes"]), said["days"], said["addresses"])
    try:
        key, secret = issue_api_key(user_of(request), found, asked)
    except UnableToManage as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _network_page(request, found, form)
    return render(request, "networks/key.html", {"network": found, "key": key, "secret": secret})


@_MANAGE
@require_POST
def revoke_key(request: HttpRequest, network_id: int, key_id: int) -> HttpResponse:
    """Revoke a key."""
    found = find_network(request, network_id)
    revoke_api_key(user_of(request), row_of_network(ApiKey.objects.of(user_of(request)), found, key_id))
    messages.success(request, gettext("Llave retirada."))
    return redirect("networks:network", network_id=found.pk)


def _network_page(request: HttpRequest, found: Network, form: KeyForm | None = None) -> HttpResponse:
    now = security_now()
    keys = [(key, _key_state(key, now), _scope_labels(key)) for key in found.keys.all()]
    shown = {
        "network": found,
        "balance": balance_of(found),
        "today_c": sold_c(found, business_day(business_now())),
        "commission": commission_example(commission_of(found), min(found.sale_max_c, 10_000_000)),
        "keys": keys,
        "key_form": form or KeyForm(),
    }
    return render(request, "networks/network.html", shown)


def _key_state(key: ApiKey, now: datetime) -> tuple[str, str]:
    if key.revoked_at is not None:
        return "retirada", "bad"
    if key.expires_at <= now:
        return "vencida", "bad"
    return "vigente", "good"


def _scope_labels(key: ApiKey) -> list[str]:
    return [SCOPES[Scope(scope)].label for scope in key.scopes]


def _initial(found: Network) -> dict[str, object]:
    return {
        "sale_max": _pesos(found.sale_max_c),
        "day_max": _pesos(found.day_max_c),
        "credit": _pesos(balance_of(found).limit_c),
        "rate": found.rate_per_minute,
        "commission_kind": found.commission_kind,
        "percent": percent_text(found.commission_bp).removesuffix(" %") if found.commission_bp else "",
        "fixed": _pesos(found.commission_c) if found.commission_c else "",
        "cap": _pesos(found.commission_cap_c),
    }


def _pesos(amount_c: int | None) -> str:
    if amount_c is None:
        return ""
    whole, rest = divmod(amount_c, 100)
    return tenths(whole * 10).removesuffix(",0") + (f",{rest:02d}" if rest else "")
