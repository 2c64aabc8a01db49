"""Forms of users, decisions and filters of the audit trail."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import ROLE_LABELS, Role

STAFF_ROLES = [(role.value, ROLE_LABELS[role]) for role in Role if role is not Role.SUBSCRIBER]
OUTCOMES = (("", "Todos"), (audit.DONE, "Hecho"), (audit.REFUSED, "Negado"), (audit.FAILED, "Fallido"))


class UserForm(forms.Form):
    """A user who does not exist yet."""

    username = forms.CharField(
        label=gettext_lazy("Usuario"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=gettext_lazy("Para entrar; sin espacios."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=gettext_lazy("Nombre completo"), max_length=200)
    role = forms.ChoiceField(label=gettext_lazy("Rol"), choices=[("", "— elija —"), *STAFF_ROLES])

    def clean_username(self) -> str:
        """The name.

        Raises:
            ValidationError: it is taken, also at another provider.
        """
        name: str = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(gettext("Ese usuario ya existe: elija otro."))
        return name


class RoleForm(forms.Form):
    """A role."""

    role = forms.ChoiceField(label=gettext_lazy("Rol"), choices=STAFF_ROLES)


class DecisionForm(forms.Form):
    """A decision and its note."""

    decision = forms.ChoiceField(choices=(("grant", "Aprobar"), ("reject", "Rechazar")))
    note = forms.CharField(label=gettext_lazy("Nota"), max_length=200, required=False)


class TrailForm(forms.Form):
    """Filter of the audit trail."""

    user = forms.CharField(label=gettext_lazy("Usuario"), max_length=150, required=False)
    action = forms.CharField(
        label=gettext_lazy("Acción"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Como empieza su código: sale, login…"),
    )
    outcome = forms.ChoiceField(label=gettext_lazy("Resultado"), choices=OUTCOMES, required=False)
    begin = forms.DateField(
        label=gettext_lazy("Desde"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    end = forms.DateField(
        label=gettext_lazy("Hasta"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def days(self) -> dict[str, Any]:
        """The days as a filter."""
        cleaned = self.cleaned_data
        begin: date | None = cleaned.get("begin")
        end: date | None = cleaned.get("end")
        wanted = {"wall_at__date__gte": begin, "wall_at__date__lte": end}
        return {name: day for name, day in wanted.items() if day is not None}
