"""Forms of the registry: people, places, agreements, devices, keys, groups; the guided form."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from system.config.clock import BOGOTA, business_now
from system.config.model_fields import default_of, max_length, number_limits, text_limits
from system.registry import identifiers
from system.registry.errors import UnableToRegister
from system.registry.hooks import tariff_codes
from system.registry.models import (
    ALTITUDE_M_RANGE,
    BASE_DATES,
    ESTRATOS,
    KEYING_CHOICES,
    KEYING_RANGES,
    MONTHLY_FEE_C_MAX,
    AgreementMode,
    Community,
    ConsentChannel,
    Customer,
    DataConsent,
    Device,
    DeviceIdentifier,
    DeviceKind,
    Feeder,
    Group,
    GroupAxis,
    GroupRule,
    IdentifierKind,
    Installation,
    MeterKeying,
    Sector,
    Site,
    SiteKind,
)
from system.registry.selectors import free_meters
from system.registry.services.inputs import (
    KeyingData,
    MeterData,
    PersonData,
    PlaceData,
    ServicePointData,
    TermsData,
)

STRATA = (("", "—"), *((str(number), f"Estrato {number}") for number in ESTRATOS))


class CleanedField(forms.CharField):
    """A text that a rule of `system.registry.identifiers` makes well formed."""

    def __init__(self, rule: Callable[[str], str] = identifiers.clean_text, **more: Any) -> None:
        super().__init__(**more)
        self.rule = rule

    def to_python(self, value: Any) -> Any:
        """The text as the rule wants it.

        Raises:
            ValidationError: it is not well formed.
        """
        text: Any = super().to_python(value)
        if text in self.empty_values:
            return ""
        try:
            return self.rule(text)
        except UnableToRegister as error:
            raise ValidationError(error.sentence) from None


class PersonForm(forms.Form):
    """A customer."""

    document = CleanedField(
        identifiers.clean_document,
        label=gettext_lazy("Documento (cédula o NIT)"),
        max_length=identifiers.TYPED_MAX,
    )
    name = CleanedField(label=gettext_lazy("Nombre completo"), **text_limits(Customer, "name"))
    phone = CleanedField(label=gettext_lazy("Teléfono"), **text_limits(Customer, "phone"))
    email = forms.EmailField(label=gettext_lazy("Correo"), **text_limits(Customer, "email"))

    def person(self) -> PersonData:
        """Input of the service."""
        cleaned = self.cleaned_data
        return PersonData(cleaned["document"], cleaned["name"], cleaned["phone"], cleaned["email"])


class PlaceForm(forms.Form):
    """An installation."""

    niu = CleanedField(
        label=gettext_lazy("NIU"),
        **text_limits(Installation, "niu"),
        help_text=gettext_lazy("El número con que el prestador la reporta."),
    )
    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("Sitio"))
    feeder = forms.ModelChoiceField(
        Feeder.objects.none(),
        label=gettext_lazy("Circuito"),
        required=False,
        help_text=gettext_lazy("Vacío en soluciones individuales."),
    )
    address = CleanedField(label=gettext_lazy("Dirección o vereda"), **text_limits(Installation, "address"))
    sector = forms.ChoiceField(label=gettext_lazy("Sector"), choices=Sector.choices)
    estrato = forms.TypedChoiceField(
        label=gettext_lazy("Estrato"),
        choices=STRATA,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("Sólo residencial."),
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        fields["site"].queryset = Site.objects.of(user).select_related("community")
        fields["site"].label_from_instance = lambda site: f"{site.community} · {site}"
        fields["feeder"].queryset = Feeder.objects.of(user).select_related("site")
        fields["feeder"].label_from_instance = lambda feeder: f"{feeder.site} · {feeder}"

    def place(self) -> PlaceData:
        """Input of the service."""
        return PlaceData(**{name: self.cleaned_data[name] for name in PlaceData.__slots__})


class TermsForm(forms.Form):
    """Terms of an agreement."""

    mode = forms.ChoiceField(label=gettext_lazy("Modalidad"), choices=AgreementMode.choices)
    tariff_code = forms.ChoiceField(label=gettext_lazy("Tarifa"))
    monthly_fee = forms.IntegerField(
        label=gettext_lazy("Cuota mensual (pesos)"),
        required=False,
        min_value=0,
        max_value=MONTHLY_FEE_C_MAX // 100,
        help_text=gettext_lazy("Sólo en pago por disponibilidad."),
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        codes = tariff_codes(user.provider_id)
        fields["tariff_code"].choices = [(code, f"{code} · {name}") for code, name in codes.items()]

    def terms(self) -> TermsData:
        """Terms, the fee in centavos."""
        cleaned = self.cleaned_data
        return TermsData(cleaned["mode"], cleaned["tariff_code"], 100 * (cleaned["monthly_fee"] or 0))


class AgreementForm(TermsForm):
    """An agreement for an installation that is there already."""

    document = CleanedField(
        identifiers.clean_document,
        label=gettext_lazy("Documento del cliente"),
        max_length=identifiers.TYPED_MAX,
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, user=user, **more)
        self._user = user
        self.order_fields(["document"])

    def clean_document(self) -> Customer:
        """The customer who bears it.

        Raises:
            ValidationError: there is none.
        """
        known = Customer.objects.of(self._user).filter(pseudonymised_at__isnull=True)
        found: Customer | None = known.filter(document=self.cleaned_data["document"]).first()
        if found is None:
            raise ValidationError(
                gettext("No hay un cliente con ese documento: créelo primero en «Clientes».")
            )
        return found


def _keying_limits(name: str) -> dict[str, Any]:
    return number_limits(KEYING_RANGES[name], default_of(MeterKeying, name))


class KeyingForm(forms.Form):
    """The STS parameters of a meter."""

    sgc = CleanedField(
        identifiers.clean_sgc,
        label=gettext_lazy("SGC"),
        max_length=8,
        help_text=gettext_lazy("Código de grupo, 6 dígitos."),
    )
    krn = forms.IntegerField(label=gettext_lazy("KRN"), **_keying_limits("krn"))
    ti = forms.IntegerField(label=gettext_lazy("TI"), **_keying_limits("ti"))
    ken = forms.IntegerField(label=gettext_lazy("KEN"), **_keying_limits("ken"))
    ea = forms.ChoiceField(label=gettext_lazy("EA"), choices=KEYING_CHOICES["ea"])
    dkga = forms.ChoiceField(label=gettext_lazy("DKGA"), choices=KEYING_CHOICES["dkga"])
    tct = forms.ChoiceField(label=gettext_lazy("TCT"), choices=KEYING_CHOICES["tct"])
    base_date = forms.TypedChoiceField(
        label=gettext_lazy("Fecha base"),
        choices=[(year.value, str(year.value)) for year in BASE_DATES],
        coerce=int,
    )

    def keying(self) -> KeyingData:
        """Input of the service."""
        return KeyingData(**{name: self.cleaned_data[name] for name in KeyingData.__slots__})


class DeviceForm(forms.Form):
    """A type plate."""

    kind = forms.ChoiceField(label=gettext_lazy("Tipo"), choices=DeviceKind.choices)
    maker = CleanedField(label=gettext_lazy("Fabricante"), **text_limits(Device, "maker"))
    model = CleanedField(label=gettext_lazy("Modelo"), **text_limits(Device, "model"))
    serial = CleanedField(label=gettext_lazy("Serie"), **text_limits(Device, "serial"))
    drn = CleanedField(
        identifiers.clean_drn,
        label=gettext_lazy("DRN"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("11 o 13 dígitos, como dice la placa."),
    )
    eui48 = CleanedField(
        identifiers.clean_eui48,
        label=gettext_lazy("EUI-48"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("12 dígitos hexadecimales."),
    )


class SwapForm(forms.Form):
    """Swap of a meter at an instant."""

    number = CleanedField(
        label=gettext_lazy("Serie o DRN del medidor nuevo"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Debe estar registrado y libre. Vacío: sólo se retira el anterior."),
    )
    at = forms.DateTimeField(
        label=gettext_lazy("Fecha y hora del cambio"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._user = user
        self.fields["at"].initial = business_now().astimezone(BOGOTA).replace(second=0, microsecond=0)

    def clean_number(self) -> Device | None:
        """The meter that bears it; None: none was typed.

        Raises:
            ValidationError: there is none that is free.
        """
        typed = self.cleaned_data["number"]
        if not typed:
            return None
        free = free_meters(self._user)
        found: list[Device] = list(free.filter(serial=typed)[:2])
        found = found or list(free.filter(drn=typed.replace(" ", ""))[:1])
        if len(found) != 1:
            raise ValidationError(
                gettext("No hay un medidor libre con ese número: regístrelo en «Medidores».")
            )
        return found[0]


class CommunityForm(forms.Form):
    """A community."""

    name = CleanedField(label=gettext_lazy("Nombre"), **text_limits(Community, "name"))
    municipality = CleanedField(label=gettext_lazy("Municipio"), **text_limits(Community, "municipality"))
    dane = forms.RegexField(
        identifiers.DANE_PATTERN,
        label=gettext_lazy("Código DANE"),
        required=False,
        error_messages={"invalid": "El código DANE son de 8 a 13 dígitos."},
    )
    altitude_m = forms.IntegerField(
        label=gettext_lazy("Altitud (m)"),
        **number_limits(ALTITUDE_M_RANGE),
        help_text=gettext_lazy("Decide el consumo de subsistencia."),
    )


class SiteForm(forms.Form):
    """A site of a community."""

    community = forms.ModelChoiceField(Community.objects.none(), label=gettext_lazy("Comunidad"))
    name = CleanedField(label=gettext_lazy("Nombre"), **text_limits(Site, "name"))
    kind = forms.ChoiceField(label=gettext_lazy("Tipo"), choices=SiteKind.choices)

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["community"]
        own.queryset = Community.objects.of(user)


class FeederForm(forms.Form):
    """A feeder of a site."""

    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("Sitio"))
    name = CleanedField(label=gettext_lazy("Nombre"), **text_limits(Feeder, "name"))

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["site"]
        own.queryset = Site.objects.of(user)


class GroupForm(forms.Form):
    """A group."""

    axis = forms.ChoiceField(label=gettext_lazy("Eje"), choices=GroupAxis.choices)
    name = CleanedField(label=gettext_lazy("Nombre"), **text_limits(Group, "name"))


class RuleForm(forms.Form):
    """Rule that fills a group."""

    by = forms.ChoiceField(
        label=gettext_lazy("Regla"), required=False, choices=[("", "ninguna: a mano"), *GroupRule.choices]
    )
    value = CleanedField(
        label=gettext_lazy("Valor"),
        **text_limits(Group, "rule_value"),
        help_text=gettext_lazy(
            "Por ejemplo Residencial, Prepago o Microrred; un nombre; un código de tarifa; un estrato."
        ),
    )


class MembersForm(forms.Form):
    """Installations that join a group: some by number, or all of a site, sector or stratum."""

    nius = forms.CharField(
        label=gettext_lazy("NIU"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy("Uno o varios, separados por comas o renglones."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    site = forms.ModelChoiceField(
        Site.objects.none(), label=gettext_lazy("o todas las de un sitio"), required=False
    )

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._user = user
        own: Any = self.fields["site"]
        own.queryset = Site.objects.of(user)

    def clean(self) -> dict[str, Any]:
        """The installations themselves.

        Raises:
            ValidationError: nothing was chosen, or a NIU is not known.
        """
        cleaned = super().clean() or {}
        wanted = {part for part in cleaned.get("nius", "").replace(",", "\n").split("\n") if part.strip()}
        nius = {part.strip() for part in wanted}
        own = Installation.objects.of(self._user)
        found = list(own.filter(niu__in=nius)) if nius else []
        missing = sorted(nius - {installation.niu for installation in found})
        if missing:
            raise ValidationError(f"No existe el NIU {', '.join(missing[:5])}.")
        if cleaned.get("site") is not None:
            found += list(own.filter(site=cleaned["site"]))
        if not found:
            raise ValidationError(gettext("Escriba al menos un NIU, o elija un sitio."))
        cleaned["installations"] = found
        return cleaned


class ConsentForm(forms.Form):
    """Consent, given or taken back."""

    channel = forms.ChoiceField(label=gettext_lazy("Medio"), choices=ConsentChannel.choices)
    reference = CleanedField(
        label=gettext_lazy("Referencia"),
        **text_limits(DataConsent, "reference"),
        help_text=gettext_lazy("Dónde está el papel, si lo hay."),
    )


# --- The guided form: person, place, contract, meter, valid or wrong together


class MeterForm(KeyingForm):
    """A meter with its STS data; left empty where none is installed yet."""

    maker = CleanedField(
        label=gettext_lazy("Fabricante"), max_length=max_length(Device, "maker"), required=False
    )
    model = CleanedField(label=gettext_lazy("Modelo"), **text_limits(Device, "model"))
    serial = CleanedField(
        label=gettext_lazy("Serie"), max_length=max_length(Device, "serial"), required=False
    )
    drn = CleanedField(
        identifiers.clean_drn,
        label=gettext_lazy("DRN"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("11 o 13 dígitos; el último es de control y se comprueba."),
    )

    field_order = ("maker", "model", "serial", "drn")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["sgc"].required = False

    def clean(self) -> dict[str, Any]:
        """All of it, or nothing."""
        cleaned = super().clean() or {}
        asked = ("maker", "serial", "drn", "sgc")
        if any(cleaned.get(name) for name in asked):
            for name in asked:
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, gettext("Falta, para registrar el medidor."))
        return cleaned

    def meter(self) -> MeterData | None:
        """Input of the service; None: no meter."""
        cleaned = self.cleaned_data
        if not cleaned["serial"]:
            return None
        return MeterData(
            cleaned["maker"],
            cleaned["serial"],
            cleaned["model"],
            drn=cleaned["drn"],
            keying=self.keying(),
        )


class ServicePointForm:
    """Four forms that are valid, or wrong, together.

    Args:
        data: what was posted; None: empty forms.
        user: whose sites and tariffs can be chosen.
    """

    def __init__(self, data: QueryDict | None, user: Any) -> None:
        self.person = PersonForm(data, prefix="persona")
        self.place = PlaceForm(data, prefix="lugar", user=user)
        self.terms = TermsForm(data, prefix="contrato", user=user)
        self.meter = MeterForm(data, prefix="medidor")

    @property
    def parts(self) -> tuple[tuple[str, forms.Form], ...]:
        """Title and form of each part, in the order of the page."""
        return (
            ("1. La persona", self.person),
            ("2. El lugar", self.place),
            ("3. El contrato", self.terms),
            ("4. El medidor (puede quedar para después)", self.meter),
        )

    def is_valid(self) -> bool:
        """True where all are; each form has its own errors."""
        return False not in {form.is_valid() for _, form in self.parts}  # each one is asked

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """Label, id and sentence of each field that is wrong, for the head of the page."""
        return [
            (str(field.label), field.id_for_label, str(error))
            for _, form in self.parts
            if form.is_bound
            for field in form
            for error in field.errors
        ]

    def home(self, since: datetime | None = None) -> ServicePointData:
        """Input of the service."""
        return ServicePointData(
            self.person.person(),
            self.place.place(),
            self.terms.terms(),
            since or business_now(),
            self.meter.meter(),
        )

    def complain(self, error: UnableToRegister) -> None:
        """Put a refusal to the field that it means."""
        for _, form in self.parts:
            if error.field in form.fields:
                form.add_error(error.field, error.sentence)
                return
        self.person.add_error(None, error.sentence)


# --- Identifiers of a device

_SYSTEM_TITLE = re.compile(r"[0-9A-F]{16}")
_LDN_MAX = 16


def _clean_system_title(text: str) -> str:
    bare = re.sub(r"[:\s\-]", "", text).upper()
    if not _SYSTEM_TITLE.fullmatch(bare):
        raise UnableToRegister("El título de sistema son 16 dígitos hexadecimales.", "value")
    return bare


def _clean_ldn(text: str) -> str:
    cleaned = identifiers.clean_text(text)
    if not (cleaned.isascii() and 0 < len(cleaned) <= _LDN_MAX):
        raise UnableToRegister("El nombre lógico son de 1 a 16 caracteres ASCII.", "value")
    return cleaned


_IDENTIFIER_RULES: Mapping[str, Callable[[str], str]] = {
    IdentifierKind.DRN: identifiers.clean_drn,
    IdentifierKind.EUI48: identifiers.clean_eui48,
    IdentifierKind.SYSTEM_TITLE: _clean_system_title,
    IdentifierKind.LDN: _clean_ldn,
}


class IdentifierForm(forms.Form):
    """The kind and the new value."""

    kind = forms.ChoiceField(label=gettext_lazy("Clase"), choices=IdentifierKind.choices)
    value = forms.CharField(
        label=gettext_lazy("Valor nuevo"),
        **text_limits(DeviceIdentifier, "value"),
        help_text=gettext_lazy("Rige desde ahora."),
    )

    def clean(self) -> dict[str, Any]:
        """Both together.

        Raises:
            ValidationError: the value is none of its kind.
        """
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if "kind" in said and "value" in said:
            try:
                said["value"] = _IDENTIFIER_RULES[said["kind"]](said["value"])
            except UnableToRegister as error:
                self.add_error("value", error.sentence)
        return said
