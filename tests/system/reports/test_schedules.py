"""Reports that are made by themselves: once, on time, kept privately, delivered, and cleared away."""

import hashlib
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from report_book import Book, client_of
from vending_world import NOW, make_village

from system.accounts.models import AuditRecord, User
from system.config.clock import BOGOTA
from system.reports import schedules
from system.reports.catalogue import REGISTRY
from system.reports.declaration import UnableToReport
from system.reports.models import Delivery, DeliveryState, MadeFile, ReportSchedule
from system.reports.parameters import PERIODS, days_of
from system.reports.schedules import file_path, files_folder, next_due, schedule_report, stop_schedule

TERMS = {
    "name": "Cada mañana",
    "period": "ayer",
    "format": "csv",
    "every": "day",
    "hour": 6,
    "recipients": "",
    "to_folder": False,
}


@pytest.fixture(autouse=True)
def wall(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall follows the business clock."""
    monkeypatch.setattr(schedules, "security_now", book.clock.now)


def planned(book: Book, report: str = "ventas-por-dia", given: Any = (), **terms: Any) -> ReportSchedule:
    return schedule_report(book.village.supervisor, REGISTRY[report], dict(given), {**TERMS, **terms})


def sold_yesterday(book: Book) -> Any:
    book.home(1)
    sale = book.sell(1)
    book.at(1)
    return sale


def test_a_file_is_made_once_when_it_is_due(book: Book) -> None:
    schedule = planned(book)
    sale = sold_yesterday(book)
    assert schedules.run_due() == "1 hechos"
    assert schedules.run_due() == ""
    file = MadeFile.objects.get()
    path = file_path(file)
    assert path is not None
    content = path.read_bytes()
    assert file.name == "ventas-por-dia-2026-11-24-2026-11-24.csv"
    assert (file.sha256, file.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert f"{sale.amount_c // 100},00".encode() in content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in files_folder().iterdir()] == [str(book.village.provider.pk)]
    schedule.refresh_from_db()
    assert schedule.next_due_at == datetime(2026, 11, 26, 6, tzinfo=BOGOTA)
    assert AuditRecord.objects.filter(action="reports.made", outcome="done").count() == 1


def test_what_was_missed_is_made_afterwards_a_month_back_at_most(book: Book) -> None:
    planned(book)
    book.at(3)
    schedules.run_due()
    schedules.run_due()
    schedules.run_due()
    assert MadeFile.objects.count() == 3
    planned(book, every="month", name="otro")
    book.at(400)
    for _ in range(60):
        schedules.run_due()
    assert MadeFile.objects.filter(schedule__every="day").count() <= 3 + 33
    assert not ReportSchedule.objects.filter(next_due_at__lte=book.clock.instant).exists()


def test_two_workers_make_it_once(book: Book) -> None:
    schedule = planned(book)
    book.at(1)
    late = ReportSchedule.objects.get(pk=schedule.pk)
    due_at = schedule.next_due_at
    assert due_at is not None
    assert schedules.make_scheduled_file(schedule, due_at, book.clock.instant) is not None
    assert schedules.make_scheduled_file(late, due_at, book.clock.instant) is None
    assert MadeFile.objects.count() == 1
    assert len([one for one in files_folder().rglob("*") if one.is_file()]) == 1


def test_who_lost_his_rights_makes_nothing_more(book: Book) -> None:
    planned(book)
    User.objects.filter(pk=book.village.supervisor.pk).update(role="cashier")
    book.at(1)
    schedules.run_due()
    file = MadeFile.objects.get()
    assert "ya no tiene ese derecho" in file.failure
    assert file.path == ""
    assert AuditRecord.objects.filter(action="reports.made", outcome="failed").exists()


def test_one_that_breaks_holds_up_no_other(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("secreto de la base")

    planned(book, name="roto")
    planned(book, report="comercios", name="sano")
    schedule = ReportSchedule.objects.get(name="roto")
    ReportSchedule.objects.filter(pk=schedule.pk).update(report="no-existe")
    book.at(1)
    schedules.run_due()
    told = {file.schedule.name: file.failure for file in MadeFile.objects.all()}
    assert "ya no existe" in told["roto"]
    assert told["sano"] == ""
    monkeypatch.setattr("system.reports.schedules.run_report", broken)
    book.at(2)
    schedules.run_due()
    assert MadeFile.objects.filter(failure="Error interno (RuntimeError).").exists()
    assert not MadeFile.objects.filter(failure__contains="secreto").exists()


def test_mail_and_folder_get_the_same_bytes_once(book: Book, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "informes@example.org"
    settings.REPORTS_FOLDER = str(tmp_path / "salida")
    planned(book, recipients="ana@example.org\nbeto@example.org", to_folder=True, format="xlsx")
    sold_yesterday(book)
    assert schedules.run_due() == "1 hechos, 3 entregados"
    schedules.run_due()
    assert sorted(one.to[0] for one in mail.outbox) == ["ana@example.org", "beto@example.org"]
    file = MadeFile.objects.get()
    path = file_path(file)
    assert path is not None
    name, content, _ = mail.outbox[0].attachments[0]
    assert (name, content) == (file.name, path.read_bytes())
    assert file.sha256 in mail.outbox[0].body
    (copy,) = (one for one in (tmp_path / "salida").rglob("*") if one.is_file())
    assert copy.read_bytes() == content
    assert copy.name.endswith(file.name)
    assert set(Delivery.objects.values_list("state", "tries")) == {(DeliveryState.DONE, 1)}


def test_a_delivery_that_fails_is_tried_again_and_then_given_up(book: Book, settings: Any) -> None:
    settings.REPORTS_FOLDER = "/proc/no/such/folder"
    planned(book, to_folder=True)
    book.at(1)
    for hours in range(0, 24 * 30, 12):
        book.at(1 + hours / 24)
        ReportSchedule.objects.update(next_due_at=None) if hours else None
        schedules.run_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries) == (DeliveryState.FAILED, schedules.TRIES_MAX)
    assert "carpeta de salida" in delivery.reason
    page = client_of(book.village.supervisor).get("/reportes/archivos/").content.decode()
    assert "no se pudo" in page


def test_old_files_go_and_their_rows_stay(book: Book, settings: Any) -> None:
    settings.REPORTS_KEPT_DAYS = 30
    schedule = planned(book)
    book.at(1)
    schedules.run_due()
    stop_schedule(book.village.supervisor, schedule)
    file = MadeFile.objects.get()
    path = file_path(file)
    assert path is not None
    book.at(40)
    assert schedules.run_due() == "1 retirados"
    assert not path.exists()
    file.refresh_from_db()
    assert (file.path, file.cleared_at is not None, len(file.sha256)) == ("", True, 64)
    client = client_of(book.village.supervisor)
    assert client.get(f"/reportes/archivos/{file.pk}/").status_code == 404
    assert "retirado" in client.get("/reportes/archivos/").content.decode()


def test_the_page_schedules_lists_downloads_and_stops(book: Book, office: Client) -> None:
    address = "/reportes/ultima-recarga/programar/?until=2026-11-24&window=30"
    page = office.get(address).content.decode()
    assert "Ventana (días): 30" in page
    assert "Aún no hay" in office.get("/reportes/archivos/").content.decode()
    form = {**TERMS, "name": "Fraudes", "to_folder": ""}
    assert office.post(address, form).headers["Location"] == "/reportes/programados/"
    schedule = ReportSchedule.objects.get()
    assert (schedule.parameters["window"], "until" in schedule.parameters) == ("30", False)
    assert "Fraudes" in office.get("/reportes/programados/").content.decode()
    book.home(1)
    book.at(1)
    schedules.run_due()
    file = MadeFile.objects.get()
    answer = office.get(f"/reportes/archivos/{file.pk}/")
    assert hashlib.sha256(answer.getvalue()).hexdigest() == file.sha256
    assert AuditRecord.objects.filter(action="reports.download").count() == 1
    stranger = client_of(make_village("Otra empresa").supervisor)
    assert stranger.get(f"/reportes/archivos/{file.pk}/").status_code == 404
    assert stranger.post(f"/reportes/programados/{schedule.pk}/detener/").status_code == 404
    assert office.post(f"/reportes/programados/{schedule.pk}/detener/").status_code == 302
    schedule.refresh_from_db()
    assert schedule.next_due_at is None
    assert "Detenidos" in office.get("/reportes/programados/").content.decode()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"recipients": "nadie"}, "no es una dirección"),
        ({"recipients": "ana@example.org"}, "El correo no está configurado"),
        ({"to_folder": "on"}, "La carpeta de salida no está configurada"),
        ({"hour": "24"}, "errorlist"),
        ({"format": "exe"}, "errorlist"),
        ({"period": "nunca"}, "errorlist"),
        ({"name": ""}, "errorlist"),
    ],
)
def test_what_cannot_be_scheduled(office: Client, changed: dict[str, str], told: str) -> None:
    form = {**TERMS, "to_folder": "", **changed}
    page = office.post("/reportes/comercios/programar/", form)
    assert told in page.content.decode()
    assert not ReportSchedule.objects.exists()


def test_who_may_not_schedule(book: Book) -> None:
    with pytest.raises(UnableToReport, match="rol"):
        schedule_report(book.village.cashier, REGISTRY["comercios"], {}, TERMS)
    schedule = planned(book)
    with pytest.raises(UnableToReport, match="rol"):
        stop_schedule(make_village("Otra empresa").supervisor, schedule)
    assert stop_schedule(book.village.supervisor, schedule)
    assert not stop_schedule(book.village.supervisor, schedule)
    with pytest.raises(UnableToReport, match="parámetros"):
        schedule_report(book.village.supervisor, REGISTRY["ultima-recarga"], {"window": "0"}, TERMS)


INSTANTS = st.integers(1_700_000_000, 1_900_000_000).map(lambda at_s: datetime.fromtimestamp(at_s, UTC))


@given(st.sampled_from(["day", "week", "month"]), st.integers(0, 23), INSTANTS)
def test_the_next_time_is_later_and_the_first_that_fits(every: str, hour: int, after: datetime) -> None:
    due = next_due(every, hour, after)
    assert due > after
    assert (due.utcoffset(), due.hour, due.minute) == (timedelta(hours=-5), hour, 0)
    assert due - after <= timedelta(days={"day": 1, "week": 7, "month": 31}[every])
    assert {"day": True, "week": due.weekday() == 0, "month": due.day == 1}[every]


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sampled_from(sorted(PERIODS)))
def test_periods_are_in_order_and_none_lies_in_the_future(today: Any, name: str) -> None:
    since, until = days_of(name, today)
    assert since <= until <= today
    if name == "mes-anterior":
        assert (since.day, (until + timedelta(days=1)).day) == (1, 1)
        assert until < today.replace(day=1)
    if name == "semana-anterior":
        assert (since.weekday(), until.weekday(), (until - since).days) == (0, 6, 6)
    assert NOW.tzinfo is not None
