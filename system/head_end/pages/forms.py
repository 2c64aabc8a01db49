"""What is typed on the pages of the field."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms

from system.config.clock import business_now
from system.head_end.vocabulary import ORDER_NAMES, OrderKind
from system.registry.models import Device, Group

#: What a button asks of one meter: kind and parameters.
ACTIONS: Mapping[str, tuple[OrderKind, dict[str, str]]] = {
    "read": (OrderKind.READ, {}),
    "cut": (OrderKind.CUT, {}),
    "reconnect": (OrderKind.RECONNECT, {}),
    "clock": (OrderKind.CLOCK, {}),
    "prepaid": (OrderKind.MODE, {"mode": "prepaid"}),
    "postpaid": (OrderKind.MODE, {"mode": "postpaid"}),
}
ACTION_NAMES: Mapping[str, str] = {
    "read": "Leer ahora",
    "cut": "Cortar",
    "reconnect": "Reconectar",
    "clock": "Ajustar reloj",
    "prepaid": "Pasar a prepago",
    "postpaid": "Pasar a pospago",
}
#: Kinds that can be asked of many meters.
GROUP_ACTIONS = ("read", "cut", "reconnect", "clock")


class ActionForm(forms.Form):
    """One of the buttons of a meter."""

    order_id = forms.UUIDField()
    action = forms.ChoiceField(choices=[(name, label) for name, label in ACTION_NAMES.items()])


class GroupOrderForm(forms.Form):
    """The same order for many meters: those of a group, or a list of serial numbers."""

    group_id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label="Nombre", max_length=100)
    action = forms.ChoiceField(label="Orden", choices=[(name, ACTION_NAMES[name]) for name in GROUP_ACTIONS])
    members = forms.ModelChoiceField(
        label="Medidores del grupo", queryset=Group.objects.none(), required=False, empty_label="— ninguno —"
    )
    serials = forms.CharField(
        label="o estas series",
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Separadas por espacios, comas o renglones.",
    )
    hours = forms.IntegerField(label="Plazo (horas)", min_value=1, max_value=24 * 30, initial=24)
    reason = forms.CharField(
        label="Motivo",
        required=False,
        max_length=200,
        help_text="Un corte masivo lo necesita: otra persona lo lee y lo aprueba.",
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._user = user
        members: Any = self.fields["members"]
        members.queryset = Group.objects.of(user)
        self.fields["group_id"].initial = uuid.uuid4

    def clean(self) -> dict[str, Any]:
        """The meters, each once."""
        said: dict[str, Any] = super().clean() or {}
        words = said.get("serials", "").replace(",", " ").replace(";", " ").split()
        if bool(words) == bool(said.get("members")):
            raise forms.ValidationError("Elija un grupo o escriba series, no ambos.")
        said["devices"] = self._by_serial(words) if words else self._of_group(said["members"])
        if not said["devices"]:
            raise forms.ValidationError("Ese grupo no tiene medidores instalados hoy.")
        return said

    def valid_for(self) -> timedelta:
        """So long it is tried."""
        return timedelta(hours=self.cleaned_data["hours"])

    def _by_serial(self, words: list[str]) -> tuple[Device, ...]:
        found = {row.serial: row for row in Device.objects.of(self._user).filter(serial__in=set(words))}
        unknown = sorted(set(words) - set(found))
        if unknown:
            some = ", ".join(unknown[:5])
            raise forms.ValidationError(f"Nadie registró estas series: {some}.")
        return tuple(found[word] for word in dict.fromkeys(words))

    def _of_group(self, group: Group) -> tuple[Device, ...]:
        now = business_now()
        memberships: Any = group.memberships
        homes = memberships.at(now).values("installation_id")
        rows = Device.objects.of(self._user).filter(
            kind="meter", installations__installation_id__in=homes, installations__valid_to__isnull=True
        )
        return tuple(rows.distinct())


KIND_CHOICES = [("", "Todas"), *((kind.value, ORDER_NAMES[kind]) for kind in OrderKind)]
