"""One network: terms, keys, suspension."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.config.clock import business_day, business_now, security_now
from system.networks.commission import check_sentence, percent_text
from system.networks.errors import UnableToManage
from system.networks.keys import KeyWish, issue, revoke
from system.networks.models import ApiKey, Network
from system.networks.pages.finding import find, find_network, user_of
from system.networks.pages.forms import KeyForm, TermsForm
from system.networks.pages.networks import balance_of, trial
from system.networks.scopes import SCOPES, Scope
from system.networks.services.manage_network import change_terms, commission_of, switch_network
from system.networks.services.sell import sold_c
from system.vending.pricing.explain import kwh as tenths

_MANAGE = requires(Operation.MANAGE_NETWORKS)


@_MANAGE
@require_GET
def network(request: HttpRequest, network_id: int) -> HttpResponse:
    """How it stands, and its keys."""
    return _page(request, find_network(request, network_id))


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
            messages.success(request, "Condiciones cambiadas: valen para las ventas de ahora en adelante.")
            return redirect("networks:network", network_id=found.pk)
    return render(request, "networks/form.html", {"form": form, "network": found})


@_MANAGE
@require_POST
def switch(request: HttpRequest, network_id: int) -> HttpResponse:
    """Suspend it, or let it work again."""
    found = find_network(request, network_id)
    switch_network(user_of(request), found, active=not found.active)
    messages.success(
        request, "Red reactivada." if found.active else "Red suspendida: sus llaves no abren nada."
    )
    return redirect("networks:network", network_id=found.pk)


@_MANAGE
@require_POST
def add_key(request: HttpRequest, network_id: int) -> HttpResponse:
    """A new key, shown this once."""
    found = find_network(request, network_id)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    said = form.cleaned_data
    wish = KeyWish(said["name"], said["kind"], tuple(said["scopes"]), said["days"], said["addresses"])
    try:
        key, secret = issue(user_of(request), found, wish)
    except UnableToManage as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _page(request, found, form)
    return render(request, "networks/key.html", {"network": found, "key": key, "secret": secret})


@_MANAGE
@require_POST
def revoke_key(request: HttpRequest, network_id: int, key_id: int) -> HttpResponse:
    """Let a key open nothing any more."""
    found = find_network(request, network_id)
    revoke(user_of(request), find(ApiKey.objects.of(user_of(request)), found, key_id))
    messages.success(request, "Llave retirada.")
    return redirect("networks:network", network_id=found.pk)


def _page(request: HttpRequest, found: Network, form: KeyForm | None = None) -> HttpResponse:
    now = security_now()
    keys = [(key, _state(key, now), _labels(key)) for key in found.keys.all()]
    shown = {
        "network": found,
        "balance": balance_of(found),
        "today_c": sold_c(found, business_day(business_now())),
        "commission": check_sentence(commission_of(found), min(found.sale_max_c, 10_000_000)),
        "keys": keys,
        "key_form": form or KeyForm(),
    }
    return render(request, "networks/network.html", shown)


def _state(key: ApiKey, now: datetime) -> tuple[str, str]:
    if key.revoked_at is not None:
        return "retirada", "bad"
    if key.expires_at <= now:
        return "vencida", "bad"
    return "vigente", "good"


def _labels(key: ApiKey) -> list[str]:
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
