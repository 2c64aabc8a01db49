"""Users of the provider."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts import staff
from system.accounts.models import User
from system.accounts.operations import Operation, Role
from system.accounts.rest.auth import does, user_of
from system.accounts.rest.fields import In, Out, plain_text, row_or_404
from system.accounts.rest.paging import Page, PageQuery, page_of

router = Router(tags=["Usuarios"])
StaffRole = Literal["administrator", "supervisor", "operator", "cashier", "auditor"]
_ONE = "/users/{int:user_id}"


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
    """A user and the password of one login, told once."""

    user: UserOut
    first_password: str = Field(description="para un solo ingreso; no se muestra otra vez")


def _out(user: User) -> UserOut:
    return UserOut(
        id=user.pk,
        username=user.username,
        name=user.get_full_name(),
        role=Role(user.role),
        active=user.is_active,
        must_change_password=user.must_change_password,
    )


def _mine(request: HttpRequest) -> Any:
    # `User` has Django's own manager: narrowed here
    return User.objects.filter(provider_id=user_of(request).provider_pk).order_by("username")


def _changed(request: HttpRequest, user_id: int, verb: Callable[[User, User], None]) -> UserOut:
    found = row_or_404(_mine(request), user_id)
    verb(user_of(request), found)
    return _out(found)


@router.get("/users", **does(Operation.MANAGE_USERS, Page[UserOut]))
def list_users(request: HttpRequest, page: Query[PageQuery]) -> Any:
    """Los usuarios del prestador."""
    return page_of(Page[UserOut], _mine(request), page, _out)


@router.post("/users", **does(Operation.MANAGE_USERS, InvitedOut, status=201))
def invite_user(request: HttpRequest, body: UserIn) -> InvitedOut:
    """Crear un usuario; su primera contraseña se muestra una vez."""
    if User.objects.filter(username__iexact=User.normalize_username(body.username)).exists():
        raise staff.UnableToChangeUser("Ese usuario ya existe: elija otro.")
    made, password = staff.invite(user_of(request), body.username, role=body.role, name=body.name)
    return InvitedOut(user=_out(made), first_password=password)


@router.get(_ONE, **does(Operation.MANAGE_USERS, UserOut))
def one_user(request: HttpRequest, user_id: int) -> UserOut:
    """Un usuario."""
    return _out(row_or_404(_mine(request), user_id))


@router.put(f"{_ONE}/role", **does(Operation.MANAGE_USERS, UserOut))
def change_role(request: HttpRequest, user_id: int, body: RoleIn) -> UserOut:
    """Darle otro rol."""
    return _changed(request, user_id, lambda by, user: staff.change_role(by, user, body.role))


@router.post(f"{_ONE}/suspend", **does(Operation.MANAGE_USERS, UserOut))
def suspend_user(request: HttpRequest, user_id: int) -> UserOut:
    """Que no entre más; sus sesiones terminan."""
    return _changed(request, user_id, staff.suspend)


@router.post(f"{_ONE}/restore", **does(Operation.MANAGE_USERS, UserOut))
def restore_user(request: HttpRequest, user_id: int) -> UserOut:
    """Que entre de nuevo."""
    return _changed(request, user_id, staff.restore)


@router.post(f"{_ONE}/drop-second-factor", **does(Operation.MANAGE_USERS, UserOut))
def drop_second_factor(request: HttpRequest, user_id: int) -> UserOut:
    """Olvidar el segundo factor de quien perdió su teléfono."""
    return _changed(request, user_id, staff.drop_second_factor)


@router.post(f"{_ONE}/password", **does(Operation.MANAGE_USERS, InvitedOut))
def reset_password(request: HttpRequest, user_id: int) -> InvitedOut:
    """Una contraseña nueva para un solo ingreso, que se muestra una vez."""
    found = row_or_404(_mine(request), user_id)
    password = staff.reset_password(user_of(request), found)
    return InvitedOut(user=_out(found), first_password=password)
