"""What is typed for a schedule."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from system.reports.delivery import CHANNELS
from system.reports.models import Every
from system.reports.periods import PERIODS
from system.reports.render.formats import FORMATS

RECIPIENTS_MAX = 20
_HOURS = 24
_MORNING = 6


class ScheduleForm(forms.Form):
    """A report that is made by itself."""

    name = forms.CharField(label="Nombre", max_length=80)
    period = forms.ChoiceField(
        label="Período", choices=[(key, period.label) for key, period in PERIODS.items()], initial="ayer"
    )
    format = forms.ChoiceField(
        label="Formato", choices=[(key, one.label) for key, one in FORMATS.items()], initial="xlsx"
    )
    every = forms.ChoiceField(label="Cuándo", choices=Every.choices)
    hour = forms.TypedChoiceField(
        label="Hora",
        coerce=int,
        choices=[(hour, f"{hour}:00") for hour in range(_HOURS)],
        initial=_MORNING,
    )
    recipients = forms.CharField(
        label="Enviar por correo a",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text="Una por línea. El archivo puede tener datos personales: sólo a quien deba verlos.",
    )
    to_folder = forms.BooleanField(label="Dejar una copia en la carpeta de salida", required=False)

    def clean_recipients(self) -> str:
        """The addresses, each once, one a line.

        Raises:
            ValidationError: one is none, or there are too many.
        """
        lines = list(dict.fromkeys(self.cleaned_data["recipients"].replace(",", "\n").split()))
        if len(lines) > RECIPIENTS_MAX:
            raise ValidationError(f"Son demasiadas direcciones: {RECIPIENTS_MAX} a lo sumo.")
        for line in lines:
            try:
                validate_email(line)
            except ValidationError:
                raise ValidationError(f"«{line}» no es una dirección de correo.") from None
        if lines and not CHANNELS["correo"].ready():
            raise ValidationError("El correo no está configurado en este sistema.")
        return "\n".join(lines)

    def clean_to_folder(self) -> bool:
        """Whether a copy is wanted.

        Raises:
            ValidationError: there is no such folder.
        """
        wanted: bool = self.cleaned_data["to_folder"]
        if wanted and not CHANNELS["carpeta"].ready():
            raise ValidationError("La carpeta de salida no está configurada en este sistema.")
        return wanted

    def terms(self) -> dict[str, Any]:
        """Its values, as a row has them."""
        return dict(self.cleaned_data)
