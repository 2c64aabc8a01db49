"""Pages of head-ends elsewhere that take our tokens: connect, try, stop, another key."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.registry.models import Site
from system.vending.delivery.models import RemoteHeadEnd
from system.vending.delivery.remote_head_ends import (
    RemoteTerms,
    UnableToManageRemote,
    add_remote,
    renew_key,
    switch_remote,
    try_remote,
)

# ------------ forms: a key that was typed is never written into a page again


def _key(**more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False)
    return forms.CharField(label=gettext_lazy("Llave"), max_length=200, widget=widget, **more)


class KeyForm(forms.Form):
    """Another key."""

    key = _key(help_text="La que dio la otra cabecera. Se guarda sellada y no se vuelve a mostrar.")


class RemoteForm(forms.Form):
    """A head-end that is not connected yet."""

    name = forms.CharField(label=gettext_lazy("Nombre"), max_length=60)
    url = forms.CharField(
        label=gettext_lazy("Dirección (https)"),
        max_length=300,
        help_text=gettext_lazy("Como https://norte.example.co/api/v1/network."),
    )
    site = forms.ModelChoiceField(
        Site.objects.none(),
        label=gettext_lazy("Sitio que atiende"),
        required=False,
        empty_label=gettext_lazy("Todos los que nadie más atiende"),
    )
    key = _key(required=False, help_text="La que dio la otra cabecera. No se vuelve a mostrar.")
    key_name = forms.CharField(
        label=gettext_lazy("o su nombre en el archivo de llaves"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Del archivo AMIBENCH_REMOTE_KEYS."),
    )
    field_order = ("name", "site", "url")
    row_starts: tuple[str, ...] = ("url", "key")

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["site"]
        own.queryset = Site.objects.of(user)


_MANAGE = requires(Operation.MANAGE_NETWORKS)
_OPEN = Count("tokens", filter=Q(tokens__next_at__isnull=False))
_LIST = "delivery:remotes"


@sensitive_post_parameters("key")
@_MANAGE
@require_http_methods(["GET", "POST"])
def remotes(request: HttpRequest) -> HttpResponse:
    """All of them; and one more."""
    user: Any = request.user
    form = RemoteForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_remote(user, RemoteTerms(**form.cleaned_data))
        except UnableToManageRemote as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request, gettext("«{made}» conectada: pruébela antes de vender.").format(made=made)
            )
            return redirect(_LIST)
    rows = RemoteHeadEnd.objects.of(user).select_related("site").annotate(waiting=_OPEN, all=Count("tokens"))
    return render(request, "delivery/remotes.html", {"form": form, "rows": rows.order_by("-active", "name")})


@_MANAGE
@require_POST
def try_one(request: HttpRequest, remote_id: int) -> HttpResponse:
    """Try whether it lets us in."""
    found = _find(request, remote_id)
    trial = try_remote(request.user, found)
    say = messages.success if trial.works else messages.error
    say(request, f"«{found}»: {trial.sentence}")
    return redirect(_LIST)


@_MANAGE
@require_POST
def switch(request: HttpRequest, remote_id: int) -> HttpResponse:
    """Give it no new tokens, or give it some again."""
    found = _find(request, remote_id)
    active = not found.active
    said = "otra vez recibe tokens." if active else "ya no recibe tokens nuevos."
    return _apply(request, lambda: switch_remote(request.user, found, active=active), f"«{found}» {said}")


@sensitive_post_parameters("key")
@_MANAGE
@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest, remote_id: int) -> HttpResponse:
    """Another key, which is not shown again."""
    found = _find(request, remote_id)
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            renew_key(request.user, found, form.cleaned_data["key"])
        except UnableToManageRemote as error:
            form.add_error("key", str(error))
        else:
            messages.success(request, gettext("Llave de «{found}» cambiada: pruébela.").format(found=found))
            return redirect(_LIST)
    return render(request, "delivery/remote_key.html", {"form": form, "remote": found})


def _apply(request: HttpRequest, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
    except UnableToManageRemote as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(_LIST)


def _find(request: HttpRequest, remote_id: int) -> RemoteHeadEnd:
    """One of the user's provider.

    Raises:
        Http404: there is none.
    """
    found: RemoteHeadEnd | None = RemoteHeadEnd.objects.of(request.user).filter(pk=remote_id).first()
    if found is None:
        raise Http404
    return found
