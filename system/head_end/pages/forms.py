"""Forms of the field's pages: orders, channels, plans, rules and access to meters."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from protocols.intervals import DAY_S
from system.config.clock import BOGOTA, business_day, business_now
from system.head_end.end_device_events import LOG_NAMES, NO_LOGS
from system.head_end.models import Channel, CollectionPlan, FieldRules, MeterAccess
from system.head_end.services.configuration import (
    CHANNEL_FIELDS,
    DEFAULT_PLANS,
    SAP_MAX,
    ChannelData,
    MeterAccessData,
    PlanData,
)
from system.head_end.vocabulary import ORDER_NAMES, ChannelKind, OrderKind
from system.registry.models import Device, Group, Site

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
    name = forms.CharField(label=gettext_lazy("Nombre"), max_length=100)
    action = forms.ChoiceField(
        label=gettext_lazy("Orden"), choices=[(name, ACTION_NAMES[name]) for name in GROUP_ACTIONS]
    )
    members = forms.ModelChoiceField(
        label=gettext_lazy("Medidores del grupo"),
        queryset=Group.objects.none(),
        required=False,
        empty_label=gettext_lazy("— ninguno —"),
    )
    serials = forms.CharField(
        label=gettext_lazy("o estas series"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Separadas por espacios, comas o renglones."),
    )
    hours = forms.IntegerField(
        label=gettext_lazy("Plazo (horas)"), min_value=1, max_value=24 * 30, initial=24
    )
    reason = forms.CharField(
        label=gettext_lazy("Motivo"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Un corte masivo lo necesita: otra persona lo lee y lo aprueba."),
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
            raise forms.ValidationError(gettext("Elija un grupo o escriba series, no ambos."))
        said["devices"] = self._by_serial(words) if words else self._of_group(said["members"])
        if not said["devices"]:
            raise forms.ValidationError(gettext("Ese grupo no tiene medidores instalados hoy."))
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


#: So often the uplink is asked is nobody's to type here.
_CHANNEL_FIELDS = tuple(name for name in CHANNEL_FIELDS if name != "poll_s")


class ChannelForm(forms.Form):
    """A concentrator, or a meter with a connection of its own. Keys are named here and never typed."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Qué es"),
        choices=[
            (ChannelKind.CONCENTRATOR.value, "Concentrador"),
            (ChannelKind.DIRECT.value, "Medidor con conexión propia"),
        ],
    )
    name = forms.CharField(label=gettext_lazy("Nombre"), max_length=100)
    site = forms.ModelChoiceField(label=gettext_lazy("Sitio"), queryset=Site.objects.none(), required=False)
    meter = forms.CharField(
        label=gettext_lazy("Serie del medidor"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Solo si tiene conexión propia."),
    )
    url = forms.CharField(
        label=gettext_lazy("Dirección DLMS"),
        max_length=200,
        help_text=gettext_lazy("Por ejemplo tcp://10.20.0.5:4059"),
    )
    framing = forms.ChoiceField(
        label=gettext_lazy("Tramas"), choices=[("wrapper", "TCP (wrapper)"), ("hdlc", "HDLC")]
    )
    sap = forms.IntegerField(label=gettext_lazy("SAP del medidor"), min_value=1, max_value=16_383, initial=1)
    uplink_url = forms.CharField(
        label=gettext_lazy("Dirección de gestión"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Canal por el que el concentrador entrega lecturas y eventos. Vacía si no tiene."
        ),
    )
    secret_name = forms.CharField(
        label=gettext_lazy("Nombre de la clave de enlace"), max_length=60, required=False
    )
    access = forms.CharField(label=gettext_lazy("Perfil de acceso"), max_length=40, initial="hls-gmac")
    key_name = forms.CharField(
        label=gettext_lazy("Nombre de la llave"),
        max_length=60,
        required=False,
        help_text=gettext_lazy(
            "Como está en el archivo de llaves del recolector. Las llaves no se escriben aquí."
        ),
    )
    sessions_max = forms.IntegerField(
        label=gettext_lazy("Sesiones a la vez"), min_value=1, max_value=10_000, initial=1
    )
    enabled = forms.BooleanField(label=gettext_lazy("Activo"), required=False, initial=True)

    def __init__(self, *args: Any, user: Any, channel: Channel | None = None, **more: Any) -> None:
        initial = (
            {}
            if channel is None
            else {name: getattr(channel, name) for name in (*_CHANNEL_FIELDS, "kind", "site")}
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
            raise forms.ValidationError(gettext("Nadie registró esa serie."))
        return found

    def data_of(self) -> ChannelData:
        """Channel that was typed."""
        said = self.cleaned_data
        chosen = {name: said[name] for name in _CHANNEL_FIELDS}
        kind = ChannelKind(said["kind"]) if "kind" in said else None
        meter, sap = said.get("meter"), said.get("sap", 1)
        return ChannelData(**chosen, kind=kind, site=said["site"], meter=meter, sap=sap)


_HOUR_S = 3600
PERIODS: Mapping[int, str] = {
    60: "1 minuto",
    300: "5 minutos",
    900: "15 minutos",
    1800: "30 minutos",
    _HOUR_S: "1 hora",
    DAY_S: "1 día",
}
EVERY: Mapping[int, str] = {
    DAY_S: "una vez al día",
    12 * _HOUR_S: "cada 12 horas",
    6 * _HOUR_S: "cada 6 horas",
    _HOUR_S: "cada hora",
    900: "cada 15 minutos",
}


def span_name(seconds: int, names: Mapping[int, str]) -> str:
    """Spanish name of a time span; without one, its seconds."""
    return names.get(seconds, f"{seconds} s")


def hour_of(seconds: int) -> time:
    """The time of day of so many seconds after midnight."""
    return time(seconds // _HOUR_S, seconds // 60 % 60)


def _choices(names: Mapping[int, str], known: int | None) -> list[tuple[int, str]]:
    """Names, and the one that is set already where it has none."""
    more = {} if known is None or known in names else {known: f"{known} s"}
    return [*names.items(), *more.items()]


#: What a plan's form and its row call the same.
_PLAN_FIELDS = ("name", "profile", "period_s", "every_s", "group", "enabled")


class PlanForm(forms.Form):
    """Collection plan: profile, period, hour and meters."""

    name = forms.CharField(label=gettext_lazy("Nombre"), max_length=60)
    profile = forms.RegexField(
        r"^\s*[0-9]{1,3}(\.[0-9]{1,3}){4,5}\s*$",
        label=gettext_lazy("Perfil (código OBIS)"),
        max_length=30,
        help_text="; ".join(f"{code}: {name.lower()}" for name, code, _ in DEFAULT_PLANS) + ".",
        error_messages={"invalid": "Escriba un código como 1.0.99.1.0."},
    )
    period_s = forms.TypedChoiceField(label=gettext_lazy("Una fila cada"), coerce=int)
    at = forms.TimeField(
        label=gettext_lazy("Hora de lectura"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    every_s = forms.TypedChoiceField(label=gettext_lazy("Se lee"), coerce=int)
    group = forms.ModelChoiceField(
        label=gettext_lazy("Solo el grupo"),
        queryset=Group.objects.none(),
        required=False,
        empty_label=gettext_lazy("— todos —"),
    )
    enabled = forms.BooleanField(label=gettext_lazy("Activo"), required=False)

    def __init__(self, *args: Any, user: Any, plan: CollectionPlan | None = None, **more: Any) -> None:
        shown = plan or CollectionPlan(name="", profile="", period_s=900)
        initial = {
            name: getattr(shown, name)
            for name in ("name", "profile", "period_s", "every_s", "group", "enabled")
        }
        initial["at"] = hour_of(shown.at_s).strftime("%H:%M")
        super().__init__(*args, **{"initial": initial, **more})
        fields: Any = self.fields
        fields["period_s"].choices = _choices(PERIODS, shown.period_s)
        fields["every_s"].choices = _choices(EVERY, shown.every_s)
        fields["group"].queryset = Group.objects.of(user)

    def data_of(self) -> PlanData:
        """Plan that was typed."""
        said = self.cleaned_data
        typed: time = said["at"]
        at_s = typed.hour * _HOUR_S + typed.minute * 60
        return PlanData(**{name: said[name] for name in _PLAN_FIELDS}, at_s=at_s)


class RulesForm(forms.Form):
    """Rules of the provider for the field."""

    confirm_known = forms.BooleanField(
        label=gettext_lazy("Confirmar sin preguntar lo que el registro conoce"),
        required=False,
        help_text=gettext_lazy("Por serie y EUI-48. Lo demás espera una decisión."),
    )
    clock_set_max_s = forms.IntegerField(
        label=gettext_lazy("Ajustar solo relojes corridos hasta (segundos)"),
        min_value=0,
        max_value=DAY_S,
        help_text=gettext_lazy("Uno más corrido se ajusta con una orden."),
    )
    clock_doubt_s = forms.IntegerField(
        label=gettext_lazy("Lecturas en cuarentena desde un desfase de (segundos)"),
        min_value=0,
        max_value=DAY_S,
    )
    mass_cut_from = forms.IntegerField(
        label=gettext_lazy("Cortes juntos que necesitan otra persona"),
        min_value=2,
        max_value=5_000,
        help_text=gettext_lazy("Desde tantos medidores, alguien más aprueba el corte."),
    )
    token_valid_h = forms.DecimalField(
        label=gettext_lazy("Intentar la entrega de un token (horas)"),
        min_value=1,
        max_value=720,
        decimal_places=2,
    )
    silent_after_h = forms.DecimalField(
        label=gettext_lazy("«En silencio» después de (horas)"), min_value=1, max_value=720, decimal_places=2
    )
    logs = forms.MultipleChoiceField(
        label=gettext_lazy("Bitácoras que se leen"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, rules: FieldRules, **more: Any) -> None:
        same = ("confirm_known", "clock_set_max_s", "clock_doubt_s", "mass_cut_from")
        initial = {name: getattr(rules, name) for name in same}
        initial |= {name: _hours(getattr(rules, f"{name[:-2]}_s")) for name in _HOURS}
        initial["logs"] = rules.event_logs.split()
        super().__init__(*args, **{"initial": initial, **more})
        fields: Any = self.fields
        fields["logs"].choices = _log_choices(rules.event_logs)

    def changes(self) -> dict[str, Any]:
        """Rules that were typed, by the names of `FieldRules`."""
        said = dict(self.cleaned_data)
        changed: dict[str, Any] = {f"{name[:-2]}_s": int(said.pop(name) * _HOUR_S) for name in _HOURS}
        changed["event_logs"] = " ".join(said.pop("logs"))
        return {**said, **changed}


class MeterForm(forms.Form):
    """Access to one meter. Keys are named here and never typed."""

    sap = forms.IntegerField(label=gettext_lazy("SAP"), min_value=1, max_value=SAP_MAX)
    access = forms.CharField(label=gettext_lazy("Perfil de acceso"), max_length=40)
    key_name = forms.CharField(
        label=gettext_lazy("Nombre de la llave"),
        max_length=60,
        required=False,
        help_text=gettext_lazy(
            "Como está en el archivo de llaves del recolector. Las llaves no se escriben aquí."
        ),
    )
    since = forms.DateField(
        label=gettext_lazy("Leer desde el día"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Se le pide lo que aún guarde desde entonces."),
    )
    which = forms.ChoiceField(
        label=gettext_lazy("Bitácoras de eventos"),
        choices=[("", "Las de todos los medidores"), (NO_LOGS, "Ninguna"), ("own", "Solo las marcadas")],
        required=False,
    )
    logs = forms.MultipleChoiceField(
        label=gettext_lazy("Marcadas"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, access: MeterAccess, **more: Any) -> None:
        own = access.event_logs not in ("", NO_LOGS)
        initial = {name: getattr(access, name) for name in ("sap", "access", "key_name")}
        initial |= {
            "which": "own" if own else access.event_logs,
            "logs": access.event_logs.split() if own else [],
            "since": business_day(access.wanted_since),
        }
        self._since = initial["since"]
        super().__init__(*args, **{"initial": initial, **more})
        fields: Any = self.fields
        fields["logs"].choices = _log_choices(access.event_logs if own else "")

    def clean(self) -> dict[str, Any]:
        """Marked logs, where only those are wanted."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("which") == "own" and not said.get("logs"):
            raise forms.ValidationError(gettext("Marque al menos una bitácora, o elija «Ninguna»."))
        return said

    def data_of(self) -> MeterAccessData:
        """Access that was typed."""
        said = self.cleaned_data
        logs = " ".join(said["logs"]) if said["which"] == "own" else said["which"]
        day: date = said["since"]
        since = None if day == self._since else datetime.combine(day, time(), BOGOTA)
        return MeterAccessData(said["sap"], said["access"], said["key_name"], logs, since)


_HOURS = ("token_valid_h", "silent_after_h")


def _hours(seconds: int) -> Decimal:
    return (Decimal(seconds) / _HOUR_S).quantize(Decimal("0.01")).normalize()


def _log_choices(kept: str) -> list[tuple[str, str]]:
    """Logs that have names, and those that are wanted already."""
    return [*LOG_NAMES.items(), *((code, code) for code in kept.split() if code not in LOG_NAMES)]
