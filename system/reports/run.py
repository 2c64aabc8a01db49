"""A report run with its parameters: ready to be shown or written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms

from system.accounts.permissions import Operation
from system.config.clock import business_day, security_now
from system.reports.declaration import QueryResult, Report, Row, RunningTotals, UnableToReport
from system.reports.parameters import ReportForm

#: So many points a chart draws at most.
POINTS_MAX = 3_000
#: And so many bars.
BARS_MAX = 120


@dataclass(frozen=True, slots=True)
class Heading:
    """Provider, author, instant and parameters, on the first lines of every format.

    Args:
        provider: name of the utility.
        made_by: name of the user.
        made_at: on the wall.
        said: parameters in words.
    """

    provider: str
    made_by: str
    made_at: datetime
    said: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class ReportRun:
    """A report, its result, and the totals that are added up while its rows pass."""

    report: Report
    heading: Heading
    answer: QueryResult
    tally: RunningTotals

    def rows(self) -> Iterator[Row]:
        """The rows, counted and added up; totals are complete afterwards."""
        self.tally.count = 0
        return self.tally.pass_on(self.answer.rows())

    def totals(self) -> tuple[Any, ...] | None:
        """A row of totals after all rows have passed; None where no column has one, or nothing passed."""
        if not self.tally.added or not self.tally.count:
            return None
        return tuple(self.tally.totals.get(place) for place in range(len(self.report.columns)))


def run_report(user: Any, report: Report, given: Mapping[str, str], today: date | None = None) -> ReportRun:
    """Run a report.

    Args:
        user: of whose provider; must be allowed to see reports.
        report: of the catalogue.
        given: parameters as texts.
        today: business day; None: now's.

    Raises:
        UnableToReport: the user may not, or a parameter makes no sense.
    """
    form = report_form(user, report, given, today)
    if not form.is_valid():
        raise UnableToReport(_complaint(form))
    return run_form(user, report, form)


def report_form(user: Any, report: Report, given: Mapping[str, str], today: date | None = None) -> ReportForm:
    """The parameters of a report as a form that says what they are."""
    return ReportForm(report.parameters, user, today or business_day(), dict(given))


def run_form(user: Any, report: Report, form: ReportForm) -> ReportRun:
    """Run a report with a valid form.

    Raises:
        UnableToReport: the user may not.
    """
    if not user.may(Operation.SEE_REPORTS):
        raise UnableToReport("Su rol no permite ver informes.")
    added = tuple(place for place, column in enumerate(report.columns) if column.total)
    name = user.get_full_name() or user.username
    heading = Heading(user.provider.name, name, security_now(), tuple(_said(form)))
    return ReportRun(report, heading, report.ask(user, form.cleaned_data), RunningTotals(added))


def _said(form: ReportForm) -> Iterator[tuple[str, str]]:
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if value in (None, ""):
            continue
        choices = getattr(field, "choices", None)
        text = dict(choices).get(value, value) if choices else value
        yield str(field.label), str(text)


def _complaint(form: forms.Form) -> str:
    for name, said in form.errors.items():
        label = "" if name == "__all__" else f"{form.fields[name].label}: "
        return f"{label}{said[0]}"
    return "Los parámetros no sirven."
