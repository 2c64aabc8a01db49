"""Overrides of allauth: no sign-up, and nothing that goes by mail.

The addresses here stand before allauth's own in `system.config.urls`; their names stay, as allauth asks for
them.
"""

from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm, ReauthenticateForm
from django.http import Http404, HttpRequest
from django.urls import path, reverse


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
