"""Who am I, and what may I do."""

from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router
from pydantic import Field

from system.accounts.operations import Operation, Role
from system.accounts.rest.auth import does, user_of
from system.accounts.rest.fields import Out

router = Router(tags=["Cuenta"])


class MeOut(Out):
    """The user who asks."""

    id: int
    username: str
    name: str
    role: Role
    provider: str = Field(description="nombre del prestador")
    operations: list[str] = Field(description="lo que puede hacer")


@router.get("/me", **does(Operation.SEE_HOME, MeOut))
def me(request: HttpRequest) -> MeOut:
    """Quién soy y qué puedo hacer; también entrega la cookie csrftoken."""
    user = user_of(request)
    get_token(request)
    return MeOut(
        id=user.pk,
        username=user.username,
        name=user.get_full_name(),
        role=user.role,
        provider=user.provider.name,
        operations=sorted(operation.value for operation in Operation if user.may(operation)),
    )
