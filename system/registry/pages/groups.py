"""Groups on the axes of R4.1-07: create, add and remove members, history of memberships."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires, user_of
from system.accounts.permissions import Operation
from system.registry.errors import UnableToRegister
from system.registry.models import Group, GroupAxis, GroupMembership
from system.registry.pages.forms import GroupForm, MembersForm, RuleForm
from system.registry.pages.shortcuts import add_refusal, page_of, row_or_404
from system.registry.services.groups import create_group, join, leave, rule_value_label, set_rule


@requires(Operation.SEE_CUSTOMERS)
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """The groups, axis by axis."""
    user = user_of(request)
    now = Count("memberships", filter=Q(memberships__valid_to__isnull=True))
    found = list(Group.objects.of(user).annotate(size=now))
    axes = [(axis.label, [group for group in found if group.axis == axis]) for axis in GroupAxis]
    shown = {"axes": axes, "may_edit": user.may(Operation.EDIT_CUSTOMERS), "some": bool(found)}
    return render(request, "registry/groups.html", shown)


@requires(Operation.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A group."""
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_group(user_of(request), **form.cleaned_data)
        except UnableToRegister as error:
            add_refusal(form, error)
        else:
            return redirect("registry:group", group_id=made.pk)
    shown = {"form": form, "title": "Grupo nuevo", "back": ("registry:groups",)}
    return render(request, "registry/form.html", shown)


@requires(Operation.SEE_CUSTOMERS)
@require_GET
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Present and former members."""
    return _group_page(request, row_or_404(request, Group, group_id), MembersForm(user=request.user))


@requires(Operation.EDIT_CUSTOMERS)
@require_POST
def add(request: HttpRequest, group_id: int) -> HttpResponse:
    """Add installations."""
    found = row_or_404(request, Group, group_id)
    form = MembersForm(request.POST, user=request.user)
    if not form.is_valid():
        return _group_page(request, found, form)
    count = join(user_of(request), found, form.cleaned_data["installations"])
    messages.success(
        request,
        gettext("Entraron {count} instalaciones.").format(count=count)
        if count != 1
        else gettext("Entró 1 instalación."),
    )
    return redirect("registry:group", group_id=found.pk)


@requires(Operation.EDIT_CUSTOMERS)
@require_POST
def rule(request: HttpRequest, group_id: int) -> HttpResponse:
    """Set the rule that fills the group, now; the same rule again brings it up to date."""
    found = row_or_404(request, Group, group_id)
    form = RuleForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Elija una regla de la lista."))
        return redirect("registry:group", group_id=found.pk)
    try:
        joined, left = set_rule(user_of(request), found, **form.cleaned_data)
    except UnableToRegister as error:
        messages.error(request, error.sentence)
    else:
        messages.success(
            request,
            gettext("Regla aplicada: entraron {joined} y salieron {left}.").format(joined=joined, left=left),
        )
    return redirect("registry:group", group_id=found.pk)


@requires(Operation.EDIT_CUSTOMERS)
@require_POST
def remove(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Remove an installation."""
    found = row_or_404(request, GroupMembership, membership_id, "group")
    try:
        leave(user_of(request), found)
    except UnableToRegister as error:
        messages.error(request, error.sentence)
    return redirect("registry:group", group_id=found.group_id)


def _group_page(request: HttpRequest, found: Group, form: MembersForm) -> HttpResponse:
    user = user_of(request)
    rows = GroupMembership.objects.of(user).filter(group=found).select_related("installation__site")
    shown = {
        "group": found,
        "form": form,
        "rule_form": RuleForm(initial={"by": found.rule_by, "value": rule_value_label(found)}),
        "rule_value": rule_value_label(found),
        "page": page_of(request, rows.filter(valid_to__isnull=True).order_by("installation__niu")),
        "former": rows.filter(valid_to__isnull=False).order_by("-valid_to")[:100],
        "may_edit": user.may(Operation.EDIT_CUSTOMERS),
    }
    return render(request, "registry/group.html", shown)
