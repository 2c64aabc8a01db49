"""Scheduled reports: schedule and stop one, make what is due, store, deliver and clear away the files.

`run_due` is safe to repeat at any moment. A file is made once for each time at which its schedule was due:
its row, unique by schedule and instant, is written together with the schedule's next time. A crash before
that leaves nothing; one after it leaves deliveries that wait. What was missed while no worker ran is made
afterwards, a month back at most. Schedules are due by business time, as the days of their reports are;
deliveries and age go by the wall.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from system.accounts import audit
from system.accounts.permissions import Operation
from system.config.clock import BOGOTA, business_day, business_now, security_now
from system.config.transactions import write_transaction
from system.reports.catalogue import REGISTRY
from system.reports.declaration import Report, UnableToDeliver, UnableToReport
from system.reports.delivery import CHANNELS
from system.reports.models import Delivery, DeliveryState, Frequency, MadeFile, ReportSchedule
from system.reports.parameters import PERIODS, days_of
from system.reports.render.formats import FORMATS
from system.reports.run import ReportRun, report_form, run_report

# --- Times at which a schedule is due, Bogota

_FITS: Mapping[str, Callable[[date], bool]] = {
    Frequency.DAY: lambda _day: True,
    Frequency.WEEK: lambda day: day.weekday() == 0,
    Frequency.MONTH: lambda day: day.day == 1,
}
_LONGEST_DAYS = 32


def next_due(every: str, hour: int, after: datetime) -> datetime:
    """The first instant after another at which it is due.

    Args:
        every: of `Frequency`.
        hour: 0 to 23, Bogota.
        after: aware.

    >>> from datetime import UTC
    >>> str(next_due("month", 6, datetime(2026, 11, 1, 11, 0, tzinfo=UTC)))
    '2026-12-01 06:00:00-05:00'
    """
    first = after.astimezone(BOGOTA).date()
    for number in range(_LONGEST_DAYS + 1):
        day = first + timedelta(days=number)
        at = datetime.combine(day, time(hour), BOGOTA)
        if at > after and _FITS[every](day):
            return at
    raise AssertionError("a month has a first day")


# --- Store of the files that were made: below the data directory, readable by its owner alone


def files_folder() -> Path:
    """Folder of all files."""
    return Path(settings.DATA_DIR) / "reports"


def store_file(file: MadeFile, source: Path) -> None:
    """Take a written file over: 0600, durable, and its digest in the row (which the caller saves).

    Args:
        file: its row.
        source: on the same disk; it is moved.
    """
    place = files_folder() / str(file.provider_id)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = place / str(file.pk)
    with source.open("rb") as written:
        file.sha256 = hashlib.file_digest(written, "sha256").hexdigest()
        file.size_bytes = os.fstat(written.fileno()).st_size
    source.chmod(0o600)
    source.replace(wanted)
    file.path = str(wanted.relative_to(files_folder()))


def file_path(file: MadeFile) -> Path | None:
    """Path of a file; None where it was cleared away, or is not there any more."""
    if not file.path:
        return None
    path = files_folder() / file.path
    return path if path.is_file() else None


def delete_file(file: MadeFile) -> None:
    """Delete the file; its row stays (the caller saves it)."""
    path = file_path(file)
    if path is not None:
        path.unlink(missing_ok=True)
    file.path = ""


# --- Worker: make what is due, deliver what was made, clear away what is old

#: So much is done in one call, that a chore stays short.
MADE_MAX, SENT_MAX, CLEARED_MAX = 20, 50, 200
TRIES_MAX = 6
#: What was missed longer ago is not made any more.
MISSED_MAX = timedelta(days=31)
_FIRST_PAUSE = timedelta(minutes=1)


def run_due() -> str:
    """Do what is due now.

    Returns:
        One line of what was done; empty where there was nothing.
    """
    now = security_now()
    done = {
        "hechos": sum(1 for _ in _make_due(business_now())),
        "entregados": sum(1 for _ in _deliver_waiting(now)),
        "retirados": sum(1 for _ in _clear_old(now)),
    }
    return ", ".join(f"{number} {name}" for name, number in done.items() if number)


def _make_due(now: datetime) -> Iterator[MadeFile]:
    due = ReportSchedule.objects.filter(next_due_at__lte=now).select_related("made_by__provider", "provider")
    for schedule in due.order_by("next_due_at", "pk")[:MADE_MAX]:
        made = make_scheduled_file(schedule, schedule.next_due_at, now)
        if made is not None:
            yield made


def make_scheduled_file(schedule: ReportSchedule, due_at: datetime, now: datetime) -> MadeFile | None:
    """Make the file of one time; None where another worker did."""
    file = MadeFile(provider=schedule.provider, schedule=schedule, due_at=due_at, made_at=security_now())
    files_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".making-", dir=files_folder())
    written = Path(name)
    try:
        _write_report(file, descriptor)
        with write_transaction():
            if not _advance(schedule, due_at, now):
                return None  # another worker made it
            if not file.failure:
                store_file(file, written)
            file.save(force_insert=True)
            _queue(file)
            _audit_made(file)
    except BaseException:
        delete_file(file)
        raise
    finally:
        written.unlink(missing_ok=True)
    return file


def _write_report(file: MadeFile, descriptor: int) -> None:
    """Ask and write; what goes wrong becomes the row's sentence, and holds up no other schedule."""
    schedule = file.schedule
    file.name = f"{schedule.report}.{schedule.format}"[:120]
    with os.fdopen(descriptor, "wb") as out:
        try:
            made = _run_of(file)
            FORMATS[schedule.format].write(made, out)
            out.flush()
            os.fsync(out.fileno())
        except UnableToReport as error:
            file.failure = str(error)[:200]
            return
        except Exception as error:  # its class alone: texts of errors may hold data
            file.failure = f"Error interno ({type(error).__name__})."
            return
    file.rows, file.findings = made.tally.count, made.answer.findings_count
    file.said = [list(pair) for pair in made.heading.said]


def _run_of(file: MadeFile) -> ReportRun:
    schedule = file.schedule
    report = REGISTRY.get(schedule.report)
    if report is None or schedule.format not in FORMATS or schedule.period not in PERIODS:
        raise UnableToReport("El informe, su período o su formato ya no existe.")
    if not schedule.made_by.may(Operation.SCHEDULE_REPORTS):
        raise UnableToReport("Quien lo programó ya no tiene ese derecho.")
    today = business_day(file.due_at)
    since, until = days_of(schedule.period, today)
    file.name = f"{report.name}-{since}-{until}.{schedule.format}"[:120]
    given = {**schedule.parameters, "since": since.isoformat(), "until": until.isoformat()}
    return run_report(schedule.made_by, report, given, today)


def _advance(schedule: ReportSchedule, due_at: datetime, now: datetime) -> bool:
    """Set the next time; False where another worker did."""
    following = next_due(schedule.every, schedule.hour, max(due_at, now - MISSED_MAX))
    mine = ReportSchedule.objects.filter(pk=schedule.pk, next_due_at=due_at)
    return bool(mine.update(next_due_at=following))


def _queue(file: MadeFile) -> None:
    if file.failure:
        return
    schedule = file.schedule
    wanted = [("correo", line.strip()) for line in schedule.recipients.splitlines() if line.strip()]
    if schedule.to_folder:
        wanted.append(("carpeta", ""))
    Delivery.objects.bulk_create(
        Delivery(file=file, channel=channel, recipient=recipient, next_at=file.made_at)
        for channel, recipient in wanted
    )


def _audit_made(file: MadeFile) -> None:
    audit.record(
        "reports.made",
        outcome=audit.FAILED if file.failure else audit.DONE,
        user=file.schedule.made_by,
        subject=f"report-file:{file.pk}",
        detail={"report": file.schedule.report, "rows": file.rows},
    )


def _deliver_waiting(now: datetime) -> Iterator[Delivery]:
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING, next_at__lte=now)
    for delivery in waiting.select_related("file__schedule__provider").order_by("next_at", "pk")[:SENT_MAX]:
        # the try counts before the sending: who dies in between tries again, and not for ever
        claimed = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING, tries=delivery.tries)
        if claimed.update(tries=delivery.tries + 1, next_at=now + _pause(delivery.tries)):
            yield _deliver(delivery)


def _deliver(delivery: Delivery) -> Delivery:
    delivery.tries += 1
    path = file_path(delivery.file)
    try:
        if path is None:
            raise UnableToDeliver("El archivo ya no está.")
        CHANNELS[delivery.channel].send(delivery.file, path.read_bytes(), delivery.recipient)
    except UnableToDeliver as error:
        last = delivery.tries >= TRIES_MAX or path is None
        delivery.state = DeliveryState.FAILED if last else DeliveryState.WAITING
        delivery.reason = str(error)[:200]
    else:
        delivery.state, delivery.reason = DeliveryState.DONE, ""
    delivery.save(update_fields=["state", "reason"])
    return delivery


def _pause(tries: int) -> timedelta:
    return _FIRST_PAUSE * int(4**tries)


def _clear_old(now: datetime) -> Iterator[MadeFile]:
    before = now - timedelta(days=settings.REPORTS_KEPT_DAYS)
    old = MadeFile.objects.filter(made_at__lt=before, cleared_at__isnull=True).order_by("made_at")
    for file in old[:CLEARED_MAX]:
        delete_file(file)
        file.cleared_at = now
        file.save(update_fields=["path", "cleared_at"])
        yield file


# --- Schedule and stop a report

#: What a schedule's period says instead.
_DAYS = frozenset({"since", "until"})
SCHEDULES_MAX = 200


def schedule_report(
    user: Any, report: Report, given: Mapping[str, str], terms: Mapping[str, Any]
) -> ReportSchedule:
    """Schedule a report.

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
    form = report_form(user, report, given)
    if not form.is_valid():
        raise UnableToReport("Los parámetros del informe no sirven: corríjalos primero.")
    if ReportSchedule.objects.of(user).filter(next_due_at__isnull=False).count() >= SCHEDULES_MAX:
        raise UnableToReport(f"Ya hay {SCHEDULES_MAX} informes programados: detenga alguno.")
    kept = {name: text for name, text in form.texts().items() if name not in _DAYS}
    with write_transaction():
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
    """Stop a schedule; its files stay. False where it was stopped before.

    Raises:
        UnableToReport: not allowed.
    """
    if not user.may(Operation.SCHEDULE_REPORTS) or schedule.provider_id != user.provider_id:
        raise UnableToReport("Su rol no permite detener este informe.")
    with write_transaction():
        running = ReportSchedule.objects.filter(pk=schedule.pk, next_due_at__isnull=False)
        if not running.update(next_due_at=None):
            return False
        audit.record(
            f"{Operation.SCHEDULE_REPORTS.value}.stop", user=user, subject=f"report-schedule:{schedule.pk}"
        )
    return True
