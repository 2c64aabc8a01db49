"""Tariffs: their versions, and the forms that publish a further one after a look at what it comes to."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.vending.errors import UnableToSell
from system.vending.models import TariffVersion
from system.vending.pages.forms import TariffForm, ZniForm, user_of
from system.vending.pricing import PricingError
from system.vending.pricing.tariff import monthly_preview
from system.vending.services.tariffs import checked_tariff, publish_tariff


@requires(Operation.SEE_TARIFFS)
@require_GET
def tariffs(request: HttpRequest) -> HttpResponse:
    """Every version, the newest of each tariff first."""
    rows = TariffVersion.objects.of(request.user).order_by("code", "-version")
    return render(request, "vending/tariffs.html", {"rows": rows})


@requires(Operation.EDIT_TARIFFS)
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """A version by its blocks: look at it first, then publish."""
    form = TariffForm(request.POST or None)
    return _two_steps(request, form, lambda: [_typed(form)], "Por bloques")


@requires(Operation.EDIT_TARIFFS)
@require_http_methods(["GET", "POST"])
def publish_zni(request: HttpRequest) -> HttpResponse:
    """The versions of a month's published reference tariffs."""
    form = ZniForm(request.POST or None)
    return _two_steps(request, form, form.versions, "Tarifas de referencia de la ZNI")


def _typed(form: TariffForm) -> dict[str, Any]:
    said = form.cleaned_data
    return {
        "code": said["code"],
        "name": said["name"],
        "valid_from": said["valid_from"],
        "steps": form.steps(),
        "unit_cost_e4": said["unit_cost"],
    }


def _two_steps(request: HttpRequest, form: Any, versions: Any, title: str) -> HttpResponse:
    shown: dict[str, Any] = {"form": form, "title": title}
    if request.method == "POST" and form.is_valid():
        try:
            wanted = versions()
            shown["previews"] = [(one, monthly_preview(_draft(one))) for one in wanted]
            if "publish" in request.POST:
                with transaction.atomic():
                    for one in wanted:
                        publish_tariff(user_of(request), **one)
                messages.success(request, gettext("Tarifa publicada."))
                return redirect("vending:tariffs")
        except UnableToSell as error:
            form.add_error(None, str(error))
        except PricingError as error:
            form.add_error(None, error.sentence)
    return render(request, "vending/tariff_form.html", shown)


def _draft(wanted: dict[str, Any]) -> Any:
    return checked_tariff(TariffVersion(**wanted, version=1))
