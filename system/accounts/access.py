"""Puts an operation on a view or a route: who may not, is refused, and that is written down.

Every view of the house bears the mark; a test walks over all addresses and finds those that do not.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from system.accounts import audit
from system.accounts.permissions import Operation

View = Callable[..., HttpResponse]
#: The attribute by which the matrix test finds what a view does.
OPERATION_ATTRIBUTE = "amibench_operation"


def requires(operation: Operation) -> Callable[[View], View]:
    """A decorator: only users whose role may do `operation` come in."""

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
    """Let go on who may.

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


def address_of(request: HttpRequest) -> str:
    """From where a request comes."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]
