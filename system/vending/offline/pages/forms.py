"""Forms and files about terminals."""

import base64
import binascii
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from protocols.offline.envelope import OCTETS_MAX
from system.accounts.models import User
from system.accounts.permissions import PERMISSIONS, Operation
from system.registry.models import Community, Group, Site
from system.vending.models import PointOfSale
from system.vending.offline.models import Scope, Terminal
from system.vending.offline.services.enrolment import PIN_LEAST, PIN_MOST, TerminalTerms
from system.vending.offline.services.packs import VALID_DAYS, VALID_DAYS_MAX
from system.vending.pages.forms import PesosField

ENROLMENT_MAX = 20_000


class SmallFile(forms.FileField):
    """A file of at most so many octets; what it holds, as bytes."""

    def __init__(self, *, octets_max: int, **more: Any) -> None:
        super().__init__(**more)
        self.octets_max = octets_max

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The content.

        Raises:
            ValidationError: none, empty or too large.
        """
        file = super().clean(data, initial)
        if file is None:
            return b""
        if file.size > self.octets_max:
            raise forms.ValidationError(gettext("El archivo es demasiado grande."))
        return file.read()


class EnrolmentForm(forms.Form):
    """The file that a new terminal wrote."""

    enrolment = SmallFile(label="Archivo de inscripción (enrolment.json)", octets_max=ENROLMENT_MAX)


class BatchForm(forms.Form):
    """A batch of any terminal."""

    batch = SmallFile(label="Lote del terminal", octets_max=OCTETS_MAX)


class TermsForm(forms.Form):
    """On which terms a terminal sells."""

    point_of_sale = forms.ModelChoiceField(PointOfSale.objects.none(), label=gettext_lazy("Punto de venta"))
    limit = PesosField(
        label=gettext_lazy("Cupo (pesos)"),
        help_text=gettext_lazy("Lo que puede tener recaudado sin entregar; cada entrega lo repone."),
    )
    scope = forms.ChoiceField(label=gettext_lazy("Vende a"), choices=Scope.choices)
    community = forms.ModelChoiceField(
        Community.objects.none(), label=gettext_lazy("Comunidad"), required=False
    )
    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("Sitio"), required=False)
    group = forms.ModelChoiceField(Group.objects.none(), label=gettext_lazy("Grupo"), required=False)
    conservative = forms.BooleanField(
        label=gettext_lazy("Otros también venden a estos clientes"),
        required=False,
        help_text=gettext_lazy(
            "El terminal cobra el bloque más caro y la oficina devuelve la diferencia al asentar."
        ),
    )
    row_starts: tuple[str, ...] = ("scope", "conservative")

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        rows = {
            "point_of_sale": PointOfSale.objects.of(user).filter(active=True).select_related("merchant"),
            "community": Community.objects.of(user),
            "site": Site.objects.of(user),
            "group": Group.objects.of(user),
        }
        for name, queryset in rows.items():
            field: Any = self.fields[name]
            field.queryset = queryset
        points: Any = self.fields["point_of_sale"]
        points.label_from_instance = lambda row: f"{row.merchant} · {row}"

    def terms(self) -> TerminalTerms:
        """Terms of a valid form."""
        said = self.cleaned_data
        scope = Scope(said["scope"])
        return TerminalTerms(
            said["point_of_sale"], said["limit"], scope, said.get(scope.value), said["conservative"]
        )


class ConfirmForm(TermsForm):
    """TerminalTerms of a terminal whose fingerprint was compared."""

    enrolment = forms.CharField(widget=forms.HiddenInput, max_length=2 * ENROLMENT_MAX)
    compared = forms.BooleanField(label=gettext_lazy("La huella es la misma que muestra el terminal"))
    field_order = ("enrolment", "point_of_sale")
    row_starts = ("scope", "conservative", "compared")

    def clean_enrolment(self) -> bytes:
        """The enrolment.

        Raises:
            ValidationError: it is none.
        """
        try:
            return base64.b64decode(self.cleaned_data["enrolment"], validate=True)
        except (binascii.Error, ValueError):
            raise forms.ValidationError(gettext("Cargue el archivo de nuevo.")) from None


class PinForm(forms.Form):
    """Operator and PIN, typed by the operator himself."""

    operator = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Persona"))
    pin = forms.CharField(
        label=f"PIN ({PIN_LEAST} a {PIN_MOST} dígitos)",
        min_length=PIN_LEAST,
        max_length=PIN_MOST,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "new-password"}),
        help_text=gettext_lazy("Lo escribe la persona misma."),
    )

    def __init__(self, *args: Any, terminal: Terminal, **more: Any) -> None:
        super().__init__(*args, **more)
        sellers = [role.value for role in PERMISSIONS[Operation.SELL].roles]
        field: Any = self.fields["operator"]
        field.queryset = User.objects.filter(
            provider_id=terminal.provider_id, role__in=sellers, is_active=True
        ).order_by("username")


class CashForm(forms.Form):
    """Cash that a terminal brought."""

    deposit_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    amount = PesosField(label=gettext_lazy("Valor contado (pesos)"))
    reference = forms.CharField(label=gettext_lazy("Comprobante"), max_length=60, required=False)


class PackForm(forms.Form):
    """Validity of the next pack."""

    valid_days = forms.IntegerField(
        label=gettext_lazy("Vale (días)"), min_value=1, max_value=VALID_DAYS_MAX, initial=VALID_DAYS
    )
