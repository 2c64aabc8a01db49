"""Schedule a report, and stop it."""

from collections.abc import Mapping
from typing import Any

from system.accounts import audit
from system.accounts.operations import Operation
from system.config.clock import business_now, security_now
from system.config.writer import writing
from system.reports.declaring import Report
from system.reports.due import next_due
from system.reports.errors import UnableToReport
from system.reports.making import form_of
from system.reports.models import ReportSchedule

#: What a schedule's period says instead.
_DAYS = frozenset({"since", "until"})
SCHEDULES_MAX = 200


def schedule_report(
    user: Any, report: Report, given: Mapping[str, str], terms: Mapping[str, Any]
) -> ReportSchedule:
    """Have a report made by itself.

    Args:
        user: whose rights it will have.
        report: of the catalogue.
        given: its parameters as texts; days among them are left out.
        terms: ``name``, ``period``, ``format``, ``every``, ``hour``, ``recipients``, ``to_folder``.

    Raises:
        UnableToReport: not allowed, parameters that make no sense, or too many schedules.
    """
    if not user.may(Operation.SCHEDULE_REPORTS):
        raise UnableToReport("Su rol no permite programar informes.")
    form = form_of(user, report, given)
    if not form.is_valid():
        raise UnableToReport("Los parámetros del informe no sirven: corríjalos primero.")
    if ReportSchedule.objects.of(user).filter(next_due_at__isnull=False).count() >= SCHEDULES_MAX:
        raise UnableToReport(f"Ya hay {SCHEDULES_MAX} informes programados: detenga alguno.")
    kept = {name: text for name, text in form.texts().items() if name not in _DAYS}
    with writing():
        schedule: ReportSchedule = ReportSchedule.objects.create(
            provider_id=user.provider_pk,
            report=report.name,
            parameters=kept,
            made_by=user,
            created_at=security_now(),
            next_due_at=next_due(terms["every"], terms["hour"], business_now()),
            **terms,
        )
        audit.record(
            Operation.SCHEDULE_REPORTS.value,
            user=user,
            subject=f"report-schedule:{schedule.pk}",
            detail={"report": report.name, "recipients": schedule.recipients.split()},
        )
    return schedule


def stop_schedule(user: Any, schedule: ReportSchedule) -> bool:
    """Make it no more; what it made stays. False where it was stopped before.

    Raises:
        UnableToReport: not allowed.
    """
    if not user.may(Operation.SCHEDULE_REPORTS) or schedule.provider_id != user.provider_id:
        raise UnableToReport("Su rol no permite detener este informe.")
    with writing():
        running = ReportSchedule.objects.filter(pk=schedule.pk, next_due_at__isnull=False)
        if not running.update(next_due_at=None):
            return False
        audit.record(
            f"{Operation.SCHEDULE_REPORTS.value}.stop", user=user, subject=f"report-schedule:{schedule.pk}"
        )
    return True
