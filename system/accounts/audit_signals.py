"""Audit of logins, also failed ones, lock-outs, logouts, changes of password and of second factor."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from axes.signals import user_locked_out
from axes.utils import reset as unlock_logins
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from system.accounts import audit
from system.accounts.access import address_of


def connect_receivers() -> None:
    """Listen to Django's, axes' and allauth's signals; twice is once."""
    user_logged_in.connect(_logged_in, dispatch_uid="amibench.audit.in")
    user_logged_out.connect(_logged_out, dispatch_uid="amibench.audit.out")
    user_login_failed.connect(_failed, dispatch_uid="amibench.audit.failed")
    user_locked_out.connect(_locked, dispatch_uid="amibench.audit.locked")
    password_changed.connect(_password, dispatch_uid="amibench.audit.password")
    for signal, word in (
        (authenticator_added, "on"),
        (authenticator_removed, "off"),
        (authenticator_reset, "reset"),
    ):
        signal.connect(_factor(word), dispatch_uid=f"amibench.audit.mfa.{word}", weak=False)


def _logged_in(sender: Any, request: Any, user: Any, **_: Any) -> None:
    address = _address_of(request)
    audit.record("login.in", user=user, address=address)
    if address:  # axes forgets the name as it is spelt, and counts it folded
        unlock_logins(ip=address, username=user.get_username().casefold())


def _logged_out(sender: Any, request: Any, user: Any, **_: Any) -> None:
    if user is not None:
        audit.record("login.out", user=user, address=_address_of(request))


def _failed(sender: Any, credentials: Any, request: Any = None, **_: Any) -> None:
    name = str(credentials.get("username", ""))[:150]
    audit.record("login.in", outcome=audit.FAILED, detail={"username": name}, address=_address_of(request))


def _locked(sender: Any, request: Any = None, username: Any = "", **_: Any) -> None:
    detail = {"username": str(username or "")[:150]}
    audit.record("login.lock", outcome=audit.REFUSED, detail=detail, address=_address_of(request))


def _password(sender: Any, request: Any, user: Any, **_: Any) -> None:
    if user.must_change_password:
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
    audit.record("login.password", user=user, address=_address_of(request))


def _factor(word: str) -> Any:
    def changed(sender: Any, request: Any, user: Any, authenticator: Any, **_: Any) -> None:
        detail = {"factor": str(authenticator.type), "change": word}
        audit.record("login.mfa", user=user, detail=detail, address=_address_of(request))

    return changed


def _address_of(request: Any) -> str:
    return "" if request is None else address_of(request)
