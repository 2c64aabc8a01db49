"""Users of the provider, and the one who asks."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Query, Router
from pydantic import Field

from system.accounts import services
from system.accounts.access import user_of
from system.accounts.models import User
from system.accounts.permissions import Operation, Role
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import In, Out, Page, PageQuery, page_of, plain_text, row_or_404

router = Router(tags=["Usuarios"])
StaffRole = Literal["administrator", "supervisor", "operator", "cashier", "auditor"]
_ONE = "/users/{key:user_id}"


class UserIn(In):
    """A user who does not exist yet."""

    username: str = Field(pattern=r"^[A-Za-z0-9_.@+-]{1,150}$", description="para entrar")
    name: Annotated[str, plain_text(200, description="nombre completo")]
    role: StaffRole


class RoleIn(In):
    """Another role."""

    role: StaffRole


class UserOut(Out):
    """A user."""

    id: int
    username: str
    name: str
    role: Role
    active: bool
    must_change_password: bool


class InvitedOut(Out):
    """A user and the password of one login, shown once."""

    user: UserOut
    first_password: str = Field(description="para un solo ingreso; no se muestra otra vez")


def _user_out(user: User) -> UserOut:
    return UserOut(
        id=user.pk,
        username=user.username,
        name=user.get_full_name(),
        role=Role(user.role),
        active=user.is_active,
        must_change_password=user.must_change_password,
    )


def _users_of(request: HttpRequest) -> Any:
    # `User` has Django's own manager: narrowed here
    return User.objects.filter(provider_id=user_of(request).provider_pk).order_by("username")


def _changed(request: HttpRequest, user_id: int, verb: Callable[[User, User], None]) -> UserOut:
    found = row_or_404(_users_of(request), user_id)
    verb(user_of(request), found)
    return _user_out(found)


@router.get("/users", **guarded(Operation.MANAGE_USERS, Page[UserOut]))
def list_users(request: HttpRequest, page: Query[PageQuery]) -> Any:
    """Los usuarios del prestador."""
    return page_of(Page[UserOut], _users_of(request), page, _user_out)


@router.post("/users", **guarded(Operation.MANAGE_USERS, InvitedOut, status=201))
def invite_user(request: HttpRequest, body: UserIn) -> InvitedOut:
    """Crear un usuario; su primera contraseña se muestra una vez."""
    if User.objects.filter(username__iexact=User.normalize_username(body.username)).exists():
        raise services.UnableToChangeUser("Ese usuario ya existe: elija otro.")
    made, password = services.invite(user_of(request), body.username, role=body.role, name=body.name)
    return InvitedOut(user=_user_out(made), first_password=password)


@router.get(_ONE, **guarded(Operation.MANAGE_USERS, UserOut))
def one_user(request: HttpRequest, user_id: int) -> UserOut:
    """Un usuario."""
    return _user_out(row_or_404(_users_of(request), user_id))


@router.put(f"{_ONE}/role", **guarded(Operation.MANAGE_USERS, UserOut))
def change_role(request: HttpRequest, user_id: int, body: RoleIn) -> UserOut:
    """Darle otro rol."""
    return _changed(request, user_id, lambda by, user: services.change_role(by, user, body.role))


@router.post(f"{_ONE}/suspend", **guarded(Operation.MANAGE_USERS, UserOut))
def suspend_user(request: HttpRequest, user_id: int) -> UserOut:
    """Que no entre más; sus sesiones terminan."""
    return _changed(request, user_id, services.suspend)


@router.post(f"{_ONE}/restore", **guarded(Operation.MANAGE_USERS, UserOut))
def restore_user(request: HttpRequest, user_id: int) -> UserOut:
    """Que entre de nuevo."""
    return _changed(request, user_id, services.restore)


@router.post(f"{_ONE}/drop-second-factor", **guarded(Operation.MANAGE_USERS, UserOut))
def drop_second_factor(request: HttpRequest, user_id: int) -> UserOut:
    """Olvidar el segundo factor de quien perdió su teléfono."""
    return _changed(request, user_id, services.drop_second_factor)


@router.post(f"{_ONE}/password", **guarded(Operation.MANAGE_USERS, InvitedOut))
def reset_password(request: HttpRequest, user_id: int) -> InvitedOut:
    """Una contraseña nueva para un solo ingreso, que se muestra una vez."""
    found = row_or_404(_users_of(request), user_id)
    password = services.reset_password(user_of(request), found)
    return InvitedOut(user=_user_out(found), first_password=password)


# --- The user who asks

me_router = Router(tags=["Cuenta"])


class MeOut(Out):
    """The user who asks."""

    id: int
    username: str
    name: str
    role: Role
    provider: str = Field(description="nombre del prestador")
    operations: list[str] = Field(description="lo que puede hacer")


@me_router.get("/me", **guarded(Operation.SEE_HOME, MeOut))
def own_user(request: HttpRequest) -> MeOut:
    """Quién soy y qué puedo hacer; también entrega la cookie csrftoken."""
    user = user_of(request)
    get_token(request)
    return MeOut(
        id=user.pk,
        username=user.username,
        name=user.get_full_name(),
        role=user.role,
        provider=str(user.provider),
        operations=sorted(operation.value for operation in Operation if user.may(operation)),
    )
