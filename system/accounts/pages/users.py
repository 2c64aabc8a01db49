"""Users of the provider: list, create, suspend, role, new password; and one's own account."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts import services
from system.accounts.access import requires, user_of
from system.accounts.models import AuditRecord, User
from system.accounts.pages.forms import RoleForm, UserForm
from system.accounts.permissions import Operation
from system.accounts.services import UnableToCreateUser


@requires(Operation.MANAGE_USERS)
@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """The users."""
    return render(request, "accounts/users.html", {"users": _mine(request)})


@requires(Operation.MANAGE_USERS)
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A user; the password of his first login is shown once."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            made, password = services.invite(
                user_of(request), cleaned["username"], role=cleaned["role"], name=cleaned["name"]
            )
        except UnableToCreateUser as error:
            form.add_error(None, str(error))
        else:
            return _password_page(request, made, password)
    return render(request, "accounts/user_form.html", {"form": form})


@requires(Operation.MANAGE_USERS)
@require_GET
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """One user."""
    found = _found(request, user_id)
    form = RoleForm(initial={"role": found.role})
    return render(request, "accounts/user.html", {"person": found, "form": form})


@requires(Operation.MANAGE_USERS)
@require_POST
def role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change the role."""
    found = _found(request, user_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Elija un rol de la lista."))
        return redirect("accounts:user", user_id=found.pk)
    wanted = form.cleaned_data["role"]
    return _do(request, found, lambda by, who: services.change_role(by, who, wanted), "Rol cambiado.")


@requires(Operation.MANAGE_USERS)
@require_POST
def suspend(request: HttpRequest, user_id: int) -> HttpResponse:
    """Suspend a user."""
    return _do(request, _found(request, user_id), services.suspend, "Usuario suspendido.")


@requires(Operation.MANAGE_USERS)
@require_POST
def restore(request: HttpRequest, user_id: int) -> HttpResponse:
    """Lift a suspension."""
    return _do(request, _found(request, user_id), services.restore, "El usuario puede entrar de nuevo.")


@requires(Operation.MANAGE_USERS)
@require_POST
def drop_second_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """Remove the second factor of a lost telephone."""
    found = _found(request, user_id)
    return _do(request, found, services.drop_second_factor, "Segundo factor retirado.")


@requires(Operation.MANAGE_USERS)
@require_POST
def reset_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """A new password for one login, shown once."""
    found = _found(request, user_id)
    try:
        password = services.reset_password(user_of(request), found)
    except services.UnableToChangeUser as error:
        messages.error(request, str(error))
        return redirect("accounts:user", user_id=found.pk)
    return _password_page(request, found, password)


def _mine(request: HttpRequest) -> Any:
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    # `User` has Django's own manager: narrowed here
    mine = User.objects.filter(provider_id=user_of(request).provider_pk)
    return mine.annotate(has_factor=Exists(factor)).order_by("-is_active", "username")


def _found(request: HttpRequest, user_id: int) -> User:
    found: User | None = _mine(request).filter(pk=user_id).first()
    if found is None:
        raise Http404
    return found


def _do(request: HttpRequest, found: User, verb: Callable[[User, User], None], sentence: str) -> HttpResponse:
    try:
        verb(user_of(request), found)
    except services.UnableToChangeUser as error:
        messages.error(request, str(error))
    else:
        messages.success(request, sentence)
    return redirect("accounts:user", user_id=found.pk)


def _password_page(request: HttpRequest, found: User, password: str) -> HttpResponse:
    return render(request, "accounts/first_password.html", {"person": found, "password": password})


# --- One's own account

LAST_LOGINS = 10


@requires(Operation.SEE_HOME)
@require_GET
def own_account(request: HttpRequest) -> HttpResponse:
    """The user's own role, second factor and last logins."""
    user = user_of(request)
    logins = AuditRecord.objects.of(user).filter(user=user, action__startswith="login.")
    shown = {
        "has_factor": is_mfa_enabled(user),
        "logins": logins.order_by("-id")[:LAST_LOGINS],
    }
    return render(request, "accounts/me.html", shown)
