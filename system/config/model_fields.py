"""Limits of model fields, from which forms, API schemas and imports are derived: each is declared once."""

from typing import Any

from django.db import models


def max_length(model: type[models.Model], name: str) -> int:
    """Most letters of a text column."""
    most: int | None = model._meta.get_field(name).max_length  # type: ignore[union-attr] # noqa: SLF001
    if most is None:
        raise ValueError(f"{model.__name__}.{name} has no longest text")
    return most


def may_be_empty(model: type[models.Model], name: str) -> bool:
    """True where a column may be left empty."""
    return bool(model._meta.get_field(name).blank)  # type: ignore[union-attr] # noqa: SLF001


def text_limits(model: type[models.Model], name: str) -> dict[str, Any]:
    """Arguments of a form field for a text column: ``forms.CharField(**text_limits(Group, "name"))``."""
    return {"max_length": max_length(model, name), "required": not may_be_empty(model, name)}


def number_limits(limits: tuple[int, int], initial: int | None = None) -> dict[str, Any]:
    """Arguments of the form field of a whole number."""
    return {"min_value": limits[0], "max_value": limits[1], "initial": initial}


def default_of(model: type[models.Model], name: str) -> Any:
    """Default of a column."""
    return model._meta.get_field(name).default  # type: ignore[union-attr] # noqa: SLF001
