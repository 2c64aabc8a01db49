"""What a person decides about one meter: how it is spoken with, whether it is read, what really changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.head_end.pages.common import access_or_404, do, saved, user_of
from system.head_end.pages.settings_forms import MeterForm
from system.head_end.services.accept_change import accept_change
from system.head_end.services.confirm_found import set_access_state
from system.head_end.services.set_meter import set_meter
from system.head_end.vocabulary import Registration


@requires(Operation.MANAGE_FIELD)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, device_id: int) -> HttpResponse:
    """Another address, other keys, other logs."""
    access = access_or_404(request, device_id)
    form = MeterForm(request.POST or None, access=access)
    done = "El medidor quedó guardado."
    if saved(request, form, lambda: set_meter(user_of(request), access, form.terms()), done):
        return redirect("head_end:meter", device_id=device_id)
    shown = {"form": form, "title": f"Cómo se habla con {access.device.serial}", "access": access}
    return render(request, "head_end/settings_form.html", shown)


@requires(Operation.CONFIRM_REGISTRATION)
@require_POST
def put_apart(request: HttpRequest, device_id: int) -> HttpResponse:
    """Put a meter apart, or let it back."""
    access = access_or_404(request, device_id)
    apart = request.POST.get("state") == Registration.QUARANTINED.value
    state = Registration.QUARANTINED if apart else Registration.CONFIRMED
    done = "El medidor quedó en cuarentena." if apart else "El medidor vuelve a leerse."
    do(request, lambda: set_access_state(user_of(request), access, state), done)
    return redirect("head_end:meter", device_id=device_id)


@requires(Operation.CONFIRM_REGISTRATION)
@require_POST
def accept(request: HttpRequest, device_id: int) -> HttpResponse:
    """The meter really changed: what waits counts."""
    access, reason = access_or_404(request, device_id), request.POST.get("reason", "")[:30]
    done = "Las lecturas que esperaban ya cuentan, como registro nuevo."
    do(request, lambda: accept_change(user_of(request), access, reason), done)
    return redirect("head_end:meter", device_id=device_id)
