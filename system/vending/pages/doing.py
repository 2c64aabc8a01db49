"""What pages with a form share."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from system.accounts.four_eyes import UnableToApprove
from system.vending.errors import UnableToSell

T = TypeVar("T")


def user_of(request: HttpRequest) -> Any:
    """Who asks; a guarded page has always somebody."""
    return request.user


def done(request: HttpRequest, form: forms.Form, verb: Callable[[dict[str, Any]], T], said: str) -> T | None:
    """Do something with a valid form and say so; None where it is invalid or was refused: it says why."""
    if not form.is_valid():
        return None
    try:
        result = verb(form.cleaned_data)
    except (UnableToSell, UnableToApprove) as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, said)
    return result
