"""Parameters of a report as fields of one form, and periods relative to a business day."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms

from system.registry.models import ESTRATOS, Community, Group, GroupAxis, Installation
from system.vending.api import PointOfSale, TariffVersion

# --- Periods, by name: kept by a schedule instead of dates

Days = tuple[date, date]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A named stretch of days.

    Args:
        label: Spanish.
        days: today -> first and last day.
    """

    label: str
    days: Callable[[date], Days]


def month_of(day: date) -> Days:
    """First and last day of its month.

    >>> month_of(date(2024, 2, 11))
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    first = day.replace(day=1)
    return first, (first + 31 * _DAY).replace(day=1) - _DAY


def _last_week(today: date) -> Days:
    monday = today - timedelta(days=today.weekday() + 7)
    return monday, monday + 6 * _DAY


PERIODS: Mapping[str, Period] = {
    "hoy": Period("Hoy", lambda today: (today, today)),
    "ayer": Period("Ayer", lambda today: (today - _DAY, today - _DAY)),
    "semana-anterior": Period("La semana anterior (lunes a domingo)", _last_week),
    "7-dias": Period("Los últimos 7 días, hasta ayer", lambda today: (today - 7 * _DAY, today - _DAY)),
    "30-dias": Period("Los últimos 30 días, hasta ayer", lambda today: (today - 30 * _DAY, today - _DAY)),
    "mes": Period("El mes que corre, hasta hoy", lambda today: (today.replace(day=1), today)),
    "mes-anterior": Period("El mes anterior", lambda today: month_of(today.replace(day=1) - _DAY)),
    "ano": Period("El año que corre, hasta hoy", lambda today: (today.replace(month=1, day=1), today)),
}


def days_of(name: str, today: date) -> Days:
    """First and last day of a named period, seen from `today`.

    Raises:
        KeyError: no period has that name.
    """
    return PERIODS[name].days(today)


# --- Parameters

#: A period that is longer is a typing error.
DAYS_MAX = 3660
_NIU_MAX = 30


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter.

    Args:
        name: in addresses and in what a schedule keeps.
        label: Spanish.
        field: user -> the form's field; its cleaned value is what the question gets.
        initial: today -> its default.
    """

    name: str
    label: str
    field: Callable[[Any], forms.Field]
    initial: Callable[[date], Any] = lambda _today: ""


def day(name: str, label: str, initial: Callable[[date], date]) -> Parameter:
    """A business day."""

    def field(_user: Any) -> forms.Field:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=label, widget=widget)

    return Parameter(name, label, field, lambda today: initial(today).isoformat())


def number(name: str, label: str, default: int, low: int, high: int, help_text: str = "") -> Parameter:
    """A whole number from `low` to `high`."""

    def field(_user: Any) -> forms.Field:
        return forms.IntegerField(label=label, min_value=low, max_value=high, help_text=help_text)

    return Parameter(name, label, field, lambda _today: default)


def choice(name: str, label: str, options: Iterable[tuple[str, str]], default: str) -> Parameter:
    """A choice."""
    kept = tuple(options)
    return Parameter(
        name, label, lambda _user: forms.ChoiceField(label=label, choices=kept), lambda _today: default
    )


def optional_choice(name: str, label: str, options: Callable[[Any], Iterable[tuple[str, str]]]) -> Parameter:
    """A choice of the provider's own rows, or all."""

    def field(user: Any) -> forms.Field:
        return forms.ChoiceField(label=label, required=False, choices=[("", "Todo"), *options(user)])

    return Parameter(name, label, field)


def _installation(user: Any) -> forms.Field:
    return NiuField(user, label="NIU", max_length=_NIU_MAX)


class NiuField(forms.CharField):
    """An installation of the user's provider by its NIU; its value is the row."""

    def __init__(self, user: Any, **more: Any) -> None:
        super().__init__(**more)
        self.user = user

    def clean(self, value: Any) -> Any:
        """The installation.

        Raises:
            ValidationError: there is none.
        """
        niu = super().clean(value)
        found = Installation.objects.of(self.user).filter(niu__iexact=niu).first()
        if found is None:
            raise forms.ValidationError(f"Ninguna instalación tiene el NIU {niu}.")
        return found


def _points(user: Any) -> Iterable[tuple[str, str]]:
    rows = PointOfSale.objects.of(user).select_related("merchant").order_by("merchant__name", "name")
    return [(str(row.pk), f"{row.merchant} · {row}") for row in rows]


def _named(model: Any, **narrowed: Any) -> Callable[[Any], Iterable[tuple[str, str]]]:
    def options(user: Any) -> Iterable[tuple[str, str]]:
        rows = model.objects.of(user).filter(**narrowed).order_by("name")
        return [(str(key), name) for key, name in rows.values_list("pk", "name")]

    return options


def _tariffs(user: Any) -> Iterable[tuple[str, str]]:
    codes = TariffVersion.objects.of(user).order_by("code").values_list("code", flat=True).distinct()
    return [(code, code) for code in codes]


SINCE = day("since", "Desde", lambda today: today.replace(day=1))
UNTIL = day("until", "Hasta", lambda today: today)
PERIOD = (SINCE, UNTIL)
LAST_MONTH = (
    day("since", "Desde", lambda today: month_of(today.replace(day=1) - timedelta(days=1))[0]),
    day("until", "Hasta", lambda today: month_of(today.replace(day=1) - timedelta(days=1))[1]),
)
AT = day("until", "A la fecha", lambda today: today)
COMMUNITY = optional_choice("community", "Comunidad", _named(Community))
ZONE = optional_choice("zone", "Zona", _named(Group, axis=GroupAxis.ZONE))
ESTRATO = optional_choice("estrato", "Estrato", lambda _user: [(str(one), str(one)) for one in ESTRATOS])
TARIFF = optional_choice("tariff", "Tarifa", _tariffs)
POINT = optional_choice("point", "Punto de venta", _points)
INSTALLATION = Parameter("niu", "NIU", _installation)
#: Filters of whatever belongs to an installation.
PLACES = (COMMUNITY, ZONE, ESTRATO, TARIFF)


class ReportForm(forms.Form):
    """The parameters of a report; what is not given is what it is by itself.

    Args:
        parameters: of the report.
        user: whose rows they name.
        today: business day.
        given: names and texts, as an address or a schedule has them.
    """

    def __init__(
        self, parameters: Iterable[Parameter], user: Any, today: date, given: dict[str, str] | None = None
    ) -> None:
        said = dict(given or {})
        kept = tuple(parameters)
        super().__init__({p.name: said.get(p.name, p.initial(today)) for p in kept})
        self.asked = any(p.name in said for p in kept)
        for parameter in kept:
            self.fields[parameter.name] = parameter.field(user)

    def unasked(self) -> "ReportForm":
        """The form before anything was submitted: without errors."""
        self.initial, self.is_bound = dict(self.data), False
        return self

    def clean(self) -> dict[str, Any]:
        """In order, and not endless.

        Raises:
            ValidationError: they are not.
        """
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            raise forms.ValidationError("El período termina antes de empezar.")
        if since and until and (until - since).days > DAYS_MAX:
            raise forms.ValidationError("El período es de más de diez años.")
        return cleaned

    def texts(self) -> dict[str, str]:
        """The values as texts of an address; empty ones are left out."""
        return {name: str(value) for name, value in self.data.items() if str(value)}
