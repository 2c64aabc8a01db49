"""Permission checks: `requires` puts an operation on a view; a refusal is recorded in the audit trail.

Every view bears its operation; a test walks over all addresses and finds those that do not.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation

View = Callable[..., HttpResponse]
#: Attribute by which the matrix test finds the operation of a view.
OPERATION_ATTRIBUTE = "amibench_operation"


def requires(operation: Operation) -> Callable[[View], View]:
    """Decorator of a view for users whose role may do `operation`; others are refused."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require_permission(request, operation)
            return view(request, *args, **more)

        setattr(guarded, OPERATION_ATTRIBUTE, operation)
        return guarded

    return mark


def require_permission(request: HttpRequest, operation: Operation) -> None:
    """Refuse a user who may not do an operation.

    Raises:
        PermissionDenied: the user may not; it is in the audit trail.
    """
    user: Any = request.user
    if not user.is_authenticated or not user.may(operation):
        audit.record(
            operation.value,
            outcome=audit.REFUSED,
            user=user,
            subject=request.path,
            address=address_of(request),
        )
        raise PermissionDenied(f"{operation.value} is not for this user")


def user_of(request: HttpRequest) -> User:
    """The user of a guarded view or route."""
    return cast(User, request.user)


def address_of(request: HttpRequest) -> str:
    """Network address of a request."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def folded_username(request: Any, credentials: Any = None) -> str:
    """Name of a log-in as the lock-out counts it: letter case does not make another one."""
    given = credentials if credentials else request.POST
    return str(given.get("username") or given.get("login") or "").casefold()[:150]
