"""Make what is due, deliver what was made, clear away what is old: `run_due`, safe to repeat at any moment.

A file is made once for each time at which its schedule was due: its row, unique by schedule and instant, is
written together with the schedule's next time. Who dies before that leaves nothing; who dies after it leaves
deliveries that wait. What was missed while nobody worked is made afterwards, a month back at most.

Schedules are due by business time, as the days of their reports are; deliveries and age go by the wall.
"""

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from system.accounts import audit
from system.accounts.operations import Operation
from system.config.clock import business_day, business_now, security_now
from system.config.writer import writing
from system.reports.catalogue import REGISTRY
from system.reports.delivery import CHANNELS
from system.reports.due import next_due
from system.reports.errors import UnableToDeliver, UnableToReport
from system.reports.keeping import clear, folder, keep, path_of
from system.reports.making import Made, make
from system.reports.models import Delivery, DeliveryState, MadeFile, ReportSchedule
from system.reports.periods import PERIODS, days_of
from system.reports.render.formats import FORMATS

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
        made = make_now(schedule, schedule.next_due_at, now)
        if made is not None:
            yield made


def make_now(schedule: ReportSchedule, due_at: datetime, now: datetime) -> MadeFile | None:
    """Make the file of one time; None where another worker did."""
    file = MadeFile(provider=schedule.provider, schedule=schedule, due_at=due_at, made_at=security_now())
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".making-", dir=folder())
    written = Path(name)
    try:
        _write(file, descriptor)
        with writing():
            if not _advance(schedule, due_at, now):
                return None  # another worker made it
            if not file.failure:
                keep(file, written)
            file.save(force_insert=True)
            _queue(file)
            _tell(file)
    except BaseException:
        clear(file)
        raise
    finally:
        written.unlink(missing_ok=True)
    return file


def _write(file: MadeFile, descriptor: int) -> None:
    """Ask and write; what goes wrong becomes the row's sentence, and holds up no other schedule."""
    schedule = file.schedule
    file.name = f"{schedule.report}.{schedule.format}"[:120]
    with os.fdopen(descriptor, "wb") as out:
        try:
            made = _asked(file)
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


def _asked(file: MadeFile) -> Made:
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
    return make(schedule.made_by, report, given, today)


def _advance(schedule: ReportSchedule, due_at: datetime, now: datetime) -> bool:
    """Set the next time; False where somebody else did."""
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


def _tell(file: MadeFile) -> None:
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
    path = path_of(delivery.file)
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
        clear(file)
        file.cleared_at = now
        file.save(update_fields=["path", "cleared_at"])
        yield file
