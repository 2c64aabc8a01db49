"""The form of a way into the field."""

from typing import Any

from django import forms

from system.head_end.models import Channel
from system.head_end.services.set_channel import KEPT, ChannelTerms
from system.head_end.vocabulary import ChannelKind
from system.registry.models import Device, Site

#: So often the uplink is asked is nobody's to type here.
_FIELDS = tuple(name for name in KEPT if name != "poll_s")


class ChannelForm(forms.Form):
    """A concentrator, or a meter with a connection of its own. Keys are named here and never typed."""

    kind = forms.ChoiceField(
        label="Qué es",
        choices=[
            (ChannelKind.CONCENTRATOR.value, "Concentrador"),
            (ChannelKind.DIRECT.value, "Medidor con conexión propia"),
        ],
    )
    name = forms.CharField(label="Nombre", max_length=100)
    site = forms.ModelChoiceField(label="Sitio", queryset=Site.objects.none(), required=False)
    meter = forms.CharField(
        label="Serie del medidor", max_length=40, required=False, help_text="Solo si tiene conexión propia."
    )
    url = forms.CharField(
        label="Dirección DLMS", max_length=200, help_text="Por ejemplo tcp://10.20.0.5:4059"
    )
    framing = forms.ChoiceField(label="Tramas", choices=[("wrapper", "TCP (wrapper)"), ("hdlc", "HDLC")])
    sap = forms.IntegerField(label="SAP del medidor", min_value=1, max_value=16_383, initial=1)
    uplink_url = forms.CharField(
        label="Dirección de gestión",
        max_length=200,
        required=False,
        help_text="Canal por el que el concentrador entrega lecturas y eventos. Vacía si no tiene.",
    )
    secret_name = forms.CharField(label="Nombre de la clave de enlace", max_length=60, required=False)
    access = forms.CharField(label="Perfil de acceso", max_length=40, initial="hls-gmac")
    key_name = forms.CharField(
        label="Nombre de la llave",
        max_length=60,
        required=False,
        help_text="Como está en el archivo de llaves del recolector. Las llaves no se escriben aquí.",
    )
    sessions_max = forms.IntegerField(label="Sesiones a la vez", min_value=1, max_value=10_000, initial=1)
    enabled = forms.BooleanField(label="Activo", required=False, initial=True)

    def __init__(self, *args: Any, user: Any, channel: Channel | None = None, **more: Any) -> None:
        initial = (
            {} if channel is None else {name: getattr(channel, name) for name in (*_FIELDS, "kind", "site")}
        )
        super().__init__(*args, **{"initial": initial, **more})
        self._user = user
        site: Any = self.fields["site"]
        site.queryset = Site.objects.of(user)
        if channel is not None:
            for name in ("kind", "meter", "sap"):
                del self.fields[name]

    def clean_meter(self) -> Device | None:
        """The meter of that serial number."""
        serial = self.cleaned_data["meter"].strip()
        if not serial:
            return None
        found: Device | None = Device.objects.of(self._user).filter(serial=serial).first()
        if found is None:
            raise forms.ValidationError("Nadie registró esa serie.")
        return found

    def terms(self) -> ChannelTerms:
        """What was typed."""
        said = self.cleaned_data
        chosen = {name: said[name] for name in _FIELDS}
        kind = ChannelKind(said["kind"]) if "kind" in said else None
        meter, sap = said.get("meter"), said.get("sap", 1)
        return ChannelTerms(**chosen, kind=kind, site=said["site"], meter=meter, sap=sap)
