"""Overrides of allauth: no sign-up, and nothing that goes by mail.

The addresses here stand before allauth's own in `system.config.urls`; their names stay, as allauth asks for
them.
"""

from datetime import timedelta
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.forms import ChangePasswordForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as MFAReauthenticateForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest
from django.urls import path, reverse

from system.accounts import audit
from system.accounts.access import address_of
from system.accounts.models import AuditRecord
from system.config.clock import security_now


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An account adapter without sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """To one's own account."""
        return reverse("accounts:me")


class OwnChangePasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """A new password for oneself."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["oldpassword"].help_text = ""


class OwnReauthenticateForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before a change that matters."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["password"].help_text = ""


#: Wrong codes of one account, or from one address, within the window, after which no code is looked at.
CODES_OF_ACCOUNT, CODES_FROM_ADDRESS, CODES_WINDOW = 5, 60, timedelta(minutes=15)


class _LimitedCode:
    """A second factor that can be guessed a few times only; the audit trail counts, for all processes."""

    user: Any

    def clean_code(self) -> str:
        """The code, where it is right and the limits are kept.

        Raises:
            ValidationError: wrong, or too many were wrong.
        """
        address = address_of(context.request)
        wrong: ValidationError | None = None
        with transaction.atomic():
            type(self.user).objects.select_for_update().get(pk=self.user.pk)  # one code at a time
            if _too_many_codes(self.user, address):
                outcome = audit.REFUSED
                wrong = get_adapter().validation_error("too_many_login_attempts")
            else:
                outcome = audit.FAILED
                try:
                    code: str = super().clean_code()  # type: ignore[misc]
                except ValidationError as error:
                    wrong = error
            if wrong is not None:
                audit.record("login.code", outcome=outcome, user=self.user, address=address)
        if wrong is not None:
            raise wrong
        return code


def _too_many_codes(user: Any, address: str) -> bool:
    recent = AuditRecord.objects.filter(
        action="login.code", outcome=audit.FAILED, wall_at__gt=security_now() - CODES_WINDOW
    )
    return (
        recent.filter(user=user).count() >= CODES_OF_ACCOUNT
        or recent.filter(address=address).count() >= CODES_FROM_ADDRESS
    )


class LimitedCodeForm(_LimitedCode, AuthenticateForm):  # type: ignore[misc]
    """The second factor at log-in."""


class LimitedCodeAgainForm(_LimitedCode, MFAReauthenticateForm):  # type: ignore[misc]
    """The second factor once more, before a change that matters."""


def closed(request: HttpRequest, **_: str) -> NoReturn:
    """404.

    Raises:
        Http404: always.
    """
    raise Http404


urlpatterns = [
    path(f"{address}{more}", closed)
    for address in ("email/", "confirm-email/", "password/set/", "password/reset/", "login/code/")
    for more in ("", "<path:rest>")
]
