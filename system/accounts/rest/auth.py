"""Authentication and permission of API routes.

A further way to identify oneself is one more `Authenticator` in `AUTHENTICATORS`: it gives the user in whose
name a request acts, or None where it does not apply. A key with scopes gives a user whose `may` is narrowed
to them: routes ask nothing but that.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from system.accounts.access import OPERATION_ATTRIBUTE, require_permission
from system.accounts.permissions import Operation
from system.accounts.rest.problems import Forbidden, TooLarge

#: Most bytes of a body, unless a route says otherwise.
BODY_MAX_BYTES = 64 * 1024
_BAD_CSRF = "Falta la protección contra solicitudes de otros sitios: envíe la cabecera X-CSRFToken."
_PASSWORD_FIRST = "Cambie primero su contraseña en el portal."  # noqa: S105 - a sentence


class Authenticator(Protocol):
    """A way to identify oneself.

    Attributes:
        name: of its security scheme in the OpenAPI document.
        schema: that scheme.
    """

    name: str
    schema: Mapping[str, str]

    def user_of(self, request: HttpRequest) -> Any:
        """The user (with `may`, `provider_id` and `pk`), or None: another way may know him.

        Raises:
            Forbidden: meant, but not good.
        """


class SessionCookie:
    """The portal's session; a request that changes something bears the CSRF token, too."""

    name = "session"
    schema: Mapping[str, str] = {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "La sesión del portal; lo que cambia algo lleva también la cabecera X-CSRFToken, con "
        "el valor de la cookie csrftoken.",
    }

    def user_of(self, request: HttpRequest) -> Any:
        """The user of the session.

        Raises:
            Forbidden: the CSRF token is missing, or the password must be changed first.
        """
        user: Any = request.user
        if not user.is_authenticated:
            return None
        if not _csrf_is_good(request):
            raise Forbidden(_BAD_CSRF)
        if user.must_change_password:
            raise Forbidden(_PASSWORD_FIRST)
        return user


#: Every way, asked in this order.
AUTHENTICATORS: list[Authenticator] = [SessionCookie()]


class Permission:
    """The guard of a route: first size, then who, then whether he may; nothing of the body is read before.

    Args:
        operation: what the route does.
        body_max_bytes: of its body.
    """

    def __init__(self, operation: Operation, body_max_bytes: int = BODY_MAX_BYTES) -> None:
        self.operation, self._body_max_bytes = operation, body_max_bytes
        setattr(self, OPERATION_ATTRIBUTE, operation)

    def __call__(self, request: HttpRequest) -> Any:
        """The user; None: no authenticator knows him.

        Raises:
            TooLarge: the body is.
            PermissionDenied: he may not; it is in the audit trail.
        """
        if _length(request) > self._body_max_bytes:
            raise TooLarge
        for way in AUTHENTICATORS:
            user = way.user_of(request)
            if user is not None:
                request.user = user
                require_permission(request, self.operation)
                return user
        return None


def guarded(
    operation: Operation,
    answer: Any,
    *problems: int,
    status: int = 200,
    body_max_bytes: int = BODY_MAX_BYTES,
    media_type: str = "",
) -> dict[str, Any]:
    """Declaration of a route: ``@router.get("/sales", **guarded(Operation.SEE_SALES, Page[SaleOut]))``.

    Args:
        operation: what it does; who may not, is refused before anything is read.
        answer: type of what it answers; None: nothing.
        problems: statuses of problems beside those that every route may have (401, 403, 422).
        status: of the answer.
        body_max_bytes: of its body.
        media_type: of an answer that is no JSON; `answer` is None then.
    """
    described: dict[int, Any] = {number: {"$ref": f"#/components/responses/P{number}"} for number in problems}
    if media_type:
        described[status] = {"content": {media_type: {"schema": {"type": "string"}}}}
    return {
        "auth": Permission(operation, body_max_bytes),
        "response": {status: answer},
        "openapi_extra": {"responses": described} if described else None,
    }


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0  # the server reads nothing then, either


def _csrf_is_good(request: HttpRequest) -> bool:
    """True where a request that changes something came from our own pages."""
    guard: Any = CsrfViewMiddleware(lambda _: HttpResponse())
    # views of the API are exempt from the middleware, which knows cookies only: it is asked here instead
    request.csrf_processing_done = False  # type: ignore[attr-defined]
    guard.process_request(request)
    return guard.process_view(request, guard.get_response, (), {}) is None
