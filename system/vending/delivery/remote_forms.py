"""What is typed about head-ends elsewhere. A key that was typed is never written into a page again."""

from typing import Any

from django import forms

from system.registry.models import Site


def _key(**more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False)
    return forms.CharField(label="Llave", max_length=200, widget=widget, **more)


class KeyForm(forms.Form):
    """Another key."""

    key = _key(help_text="La que dio la otra cabecera. Se guarda sellada y no se vuelve a mostrar.")


class RemoteForm(forms.Form):
    """A head-end that is not connected yet."""

    name = forms.CharField(label="Nombre", max_length=60)
    url = forms.CharField(
        label="Dirección (https)", max_length=300, help_text="Como https://norte.example.co/api/v1/network."
    )
    site = forms.ModelChoiceField(
        Site.objects.none(),
        label="Sitio que atiende",
        required=False,
        empty_label="Todos los que nadie más atiende",
    )
    key = _key(required=False, help_text="La que dio la otra cabecera. No se vuelve a mostrar.")
    key_name = forms.CharField(
        label="o su nombre en el archivo de llaves",
        max_length=40,
        required=False,
        help_text="Del archivo AMIBENCH_REMOTE_KEYS.",
    )
    field_order = ("name", "site", "url")
    row_starts: tuple[str, ...] = ("url", "key")

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["site"]
        own.queryset = Site.objects.of(user)
