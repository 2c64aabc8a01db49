"""Every login, failed login and logout is in the audit trail."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from system.accounts import audit
from system.accounts.access import address_of


def connect() -> None:
    """Listen to Django's signals; twice is once."""
    user_logged_in.connect(_logged_in, dispatch_uid="amibench.audit.in")
    user_logged_out.connect(_logged_out, dispatch_uid="amibench.audit.out")
    user_login_failed.connect(_failed, dispatch_uid="amibench.audit.failed")


def _logged_in(sender: Any, request: Any, user: Any, **_: Any) -> None:
    audit.record("login.in", user=user, address=_address(request))


def _logged_out(sender: Any, request: Any, user: Any, **_: Any) -> None:
    if user is not None:
        audit.record("login.out", user=user, address=_address(request))


def _failed(sender: Any, credentials: Any, request: Any = None, **_: Any) -> None:
    name = str(credentials.get("username", ""))[:150]
    audit.record("login.in", outcome=audit.FAILED, detail={"username": name}, address=_address(request))


def _address(request: Any) -> str:
    return "" if request is None else address_of(request)
