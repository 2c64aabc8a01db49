"""Forms of allauth without the way to a forgotten password: nothing is sent by mail here."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, ReauthenticateForm


class OwnChangePasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """A new password for oneself."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["oldpassword"].help_text = ""


class OwnReauthenticateForm(ReauthenticateForm):  # type: ignore[misc]
    """One's password once more, before something that matters."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["password"].help_text = ""
