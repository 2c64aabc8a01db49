"""A further name of a device: what is typed, cleaned as its kind wants it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from system.registry import identity
from system.registry.errors import UnableToRegister
from system.registry.models import IdentifierKind

_SYSTEM_TITLE = re.compile(r"[0-9A-F]{16}")
_LDN_MAX = 16


def _system_title(text: str) -> str:
    bare = re.sub(r"[:\s\-]", "", text).upper()
    if not _SYSTEM_TITLE.fullmatch(bare):
        raise UnableToRegister("El título de sistema son 16 dígitos hexadecimales.", "value")
    return bare


def _ldn(text: str) -> str:
    cleaned = identity.clean_text(text)
    if not (cleaned.isascii() and 0 < len(cleaned) <= _LDN_MAX):
        raise UnableToRegister("El nombre lógico son de 1 a 16 caracteres ASCII.", "value")
    return cleaned


_CLEAN: Mapping[str, Callable[[str], str]] = {
    IdentifierKind.DRN: identity.clean_drn,
    IdentifierKind.EUI48: identity.clean_eui48,
    IdentifierKind.SYSTEM_TITLE: _system_title,
    IdentifierKind.LDN: _ldn,
}


class IdentifierForm(forms.Form):
    """The kind and the new value."""

    kind = forms.ChoiceField(label="Clase", choices=IdentifierKind.choices)
    value = forms.CharField(label="Valor nuevo", max_length=40, help_text="Rige desde ahora.")

    def clean(self) -> dict[str, Any]:
        """Both together.

        Raises:
            ValidationError: the value is none of its kind.
        """
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if "kind" in said and "value" in said:
            try:
                said["value"] = _CLEAN[said["kind"]](said["value"])
            except UnableToRegister as error:
                self.add_error("value", error.sentence)
        return said
