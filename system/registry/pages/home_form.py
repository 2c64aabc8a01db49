"""The guided form: person, place, contract, meter, each with its own rules, written all at once."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict

from system.config.clock import business_now
from system.registry import identity
from system.registry.errors import UnableToRegister
from system.registry.pages.forms import Cleaned, KeyingForm, PersonForm, PlaceForm, TermsForm
from system.registry.services.data import HomeData, MeterData


class MeterForm(KeyingForm):
    """A meter with its STS data; left empty where nothing hangs there yet."""

    maker = Cleaned(label="Fabricante", max_length=50, required=False)
    model = Cleaned(label="Modelo", max_length=50, required=False)
    serial = Cleaned(label="Serie", max_length=40, required=False)
    drn = Cleaned(
        identity.clean_drn,
        label="DRN",
        max_length=20,
        required=False,
        help_text="11 o 13 dígitos; el último es de control y se comprueba.",
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
                    self.add_error(name, "Falta, para registrar el medidor.")
        return cleaned

    def meter(self) -> MeterData | None:
        """What was typed; None: no meter."""
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


class HomeForm:
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
        """Whether all are; each says what is wrong with it."""
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

    def home(self, since: datetime | None = None) -> HomeData:
        """What was typed."""
        return HomeData(
            self.person.person(),
            self.place.place(),
            self.terms.terms(),
            since or business_now(),
            self.meter.meter(),
        )

    def complain(self, error: UnableToRegister) -> None:
        """Put what the verb said to the field that it means."""
        for _, form in self.parts:
            if error.field in form.fields:
                form.add_error(error.field, error.sentence)
                return
        self.person.add_error(None, error.sentence)
