"""R4.2-03: curves of a customer at every step, with what is missing marked and never filled in."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from head_end_rows import registers
from report_book import Book, made

from system.config.clock import BOGOTA
from system.reports.declaration import UnableToReport

DAY = datetime(2026, 11, 2, tzinfo=BOGOTA)  # a Monday
GIVEN = {"niu": "NIU-0001", "since": "2026-11-02", "until": "2026-11-02"}


def points(book: Book, **given: str) -> list[tuple[Any, ...]]:
    return [row[1:] for row in made(book, "curva-de-consumo", **{**GIVEN, **given}).rows()]


@pytest.mark.requirement("R4.2-03")
def test_quarters_of_an_hour_add_up_to_hours_and_days(book: Book) -> None:
    registers(book.home(1), DAY, days=14, wh_a_day=9_600)
    quarters = points(book)
    assert [row[1] for row in quarters] == [100] * 96
    assert quarters[0][0] == DAY + timedelta(minutes=15)
    assert {row[3] for row in quarters} == {""}
    hours = points(book, step="hora")
    assert [row[1] for row in hours] == [400] * 24
    assert hours[-1][0] == DAY + timedelta(days=1)
    assert [row[1] for row in points(book, step="dia", until="2026-11-04")] == [9_600] * 3
    weeks = points(book, step="semana", until="2026-11-15")
    assert [row[1] for row in weeks] == [7 * 9_600] * 2
    assert [row[1] for row in points(book, step="mes", until="2026-11-15")] == [14 * 9_600]
    names = {
        step: [row[0] for row in made(book, "curva-de-consumo", **GIVEN, step=step).rows()][-1]
        for step in ("hora", "dia", "semana", "mes")
    }
    assert names == {"hora": "2026-11-02", "dia": "2026-11-02", "semana": "2026, semana 45", "mes": "2026-11"}


@pytest.mark.requirement("R4.2-03")
def test_gaps_are_told_and_not_filled(book: Book) -> None:
    registers(book.home(1), DAY, days=3, wh_a_day=9_600, without={8, 96 * 2})
    quarters = points(book)
    assert [number for number, row in enumerate(quarters) if row[1] is None] == [7, 8]
    assert [row[3].split(":")[0] for row in quarters[6:10]] == ["", "hueco", "hueco", ""]
    hours = points(book, step="hora")
    assert (hours[1][1], hours[1][2]) == (None, 300)
    assert hours[1][3].startswith("faltan 1 de 4")
    assert (hours[2][1], hours[2][2]) == (None, 300)
    assert sum((row[1] or 0) + (row[2] or 0) for row in hours) == 9_600 - 200
    days = points(book, step="dia", until="2026-11-04")
    assert [row[1] for row in days] == [9_600, None, None]
    notes = made(book, "curva-de-consumo", **GIVEN).answer.notes
    assert notes == ("Faltan 2 de 96 intervalos.",)


def test_nothing_read_is_an_empty_curve_with_the_way_on(book: Book, office: Client) -> None:
    book.home(1)
    for step in ("intervalo", "dia"):
        page = office.get("/reportes/curva-de-consumo/", {**GIVEN, "step": step}).content.decode()
        assert "no tiene lecturas" in page
        assert "<tbody>" not in page


def test_the_form_says_what_it_wants(book: Book, office: Client) -> None:
    book.home(1)
    bare = office.get("/reportes/curva-de-consumo/").content.decode()
    assert "errorlist" not in bare
    assert 'name="niu"' in bare
    unknown = office.get("/reportes/curva-de-consumo/", {"niu": "NADA"}).content.decode()
    assert "Ninguna instalación tiene el NIU NADA" in unknown
    with pytest.raises(UnableToReport, match="62 días"):
        points(book, until="2027-02-02")
    page = office.get("/reportes/curva-de-consumo/", {**GIVEN, "until": "2027-02-02"})
    assert "62 días" in page.content.decode()


def test_the_chart_has_the_cells_of_the_table(book: Book, office: Client) -> None:
    registers(book.home(1), DAY, days=1, wh_a_day=9_600, without={8})
    data = office.get("/reportes/curva-de-consumo/", GIVEN).context["charts"][0][2]
    assert data["time"] is True
    assert data["series"][0].count(None) == 2
    assert data["x"][0] == (DAY + timedelta(minutes=15)).timestamp()
    assert data["series"][0][0] == 0.1
