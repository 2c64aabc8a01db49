"""Form actions: a verb of `services` called for a form or a button, and its refusal shown."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest

from system.accounts.models import User
from system.head_end.errors import UnableToConfigure, UnableToConfirm, UnableToOrder
from system.head_end.models import MeterAccess
from system.head_end.selectors.meters import access_of

REFUSALS = (UnableToOrder, UnableToConfirm, UnableToConfigure)


def user_of(request: HttpRequest) -> User:
    """User of a request; `requires` has seen that there is one."""
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def access_or_404(request: HttpRequest, device_id: int) -> MeterAccess:
    """Access to a meter of the user's provider.

    Raises:
        Http404: there is none.
    """
    access = access_of(request.user, device_id)
    if access is None:
        raise Http404
    return access


def saved(request: HttpRequest, form: Form, verb: Callable[[], Any], done: str) -> bool:
    """True where a form was sent, valid, and accepted by its verb; a refusal is shown at the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        verb()
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, done)
    return True


def do(request: HttpRequest, verb: Callable[[], Any], done: str) -> bool:
    """Call a verb and tell what came of it; False where it was refused."""
    try:
        verb()
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True
