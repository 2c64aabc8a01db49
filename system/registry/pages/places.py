"""Communities, sites, feeders: a list, and a form for each."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from system.accounts.access import requires, user_of
from system.accounts.permissions import Operation
from system.registry.errors import UnableToRegister
from system.registry.models import Community, Site
from system.registry.pages.forms import CommunityForm, FeederForm, SiteForm
from system.registry.pages.shortcuts import add_refusal
from system.registry.services.places import create_community, create_feeder, create_site


@requires(Operation.SEE_CUSTOMERS)
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """Places, community by community."""
    user = user_of(request)
    sites = Site.objects.of(user).annotate(homes=Count("installations"))
    communities = Community.objects.of(user)
    tree = [
        (community, [site for site in sites.prefetch_related("feeders") if site.community_id == community.pk])
        for community in communities
    ]
    shown = {"tree": tree, "may_edit": user.may(Operation.EDIT_CUSTOMERS)}
    return render(request, "registry/places.html", shown)


@requires(Operation.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def new_community(request: HttpRequest) -> HttpResponse:
    """A community."""
    return _new(request, CommunityForm(request.POST or None), create_community, "Comunidad nueva")


@requires(Operation.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def new_site(request: HttpRequest) -> HttpResponse:
    """A site."""
    form = SiteForm(request.POST or None, initial=request.GET.dict(), user=request.user)
    return _new(request, form, create_site, "Sitio nuevo")


@requires(Operation.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def new_feeder(request: HttpRequest) -> HttpResponse:
    """A feeder."""
    form = FeederForm(request.POST or None, initial=request.GET.dict(), user=request.user)
    return _new(request, form, create_feeder, "Circuito nuevo")


def _new(request: HttpRequest, form: Any, verb: Callable[..., Any], title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            made = verb(user_of(request), **form.cleaned_data)
        except UnableToRegister as error:
            add_refusal(form, error)
        else:
            messages.success(request, gettext("«{name}» quedó registrado.").format(name=made.name))
            return redirect("registry:places")
    return render(request, "registry/form.html", {"form": form, "title": title, "back": ("registry:places",)})
