"""Days relative to a business day, by name: what a schedule keeps instead of dates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

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
