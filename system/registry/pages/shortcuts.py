"""A row by its key, or 404; pages of a list."""

from typing import Any, TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest

from system.registry.errors import UnableToRegister

PAGE_ROWS = 50
Row = TypeVar("Row")


def row_or_404(request: HttpRequest, model: type[Row], pk: int, *related: str) -> Row:
    """A row of the user's provider.

    Raises:
        Http404: there is none, or it is another provider's.
    """
    rows: Any = model
    found: Row | None = rows.objects.of(request.user).select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def page_of(request: HttpRequest, rows: Any) -> Page[Any]:
    """The page that the form or the address asks for."""
    return Paginator(rows, PAGE_ROWS).get_page(request.POST.get("page") or request.GET.get("page"))


def add_refusal(form: forms.BaseForm, error: UnableToRegister) -> None:
    """Put a refusal to the field that it means."""
    form.add_error(error.field if error.field in form.fields else None, error.sentence)
