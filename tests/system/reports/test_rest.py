"""Reports by the API: whole numbers, the same totals, refusals as problems."""

from typing import Any

from django.test import Client
from report_book import Book, asked, client_of

from system.reports.catalogue import REGISTRY

ROOT = "/api/v1/reports"


def test_the_catalogue_says_what_can_be_asked(office: Client) -> None:
    found = {one["name"]: one for one in office.get(ROOT).json()}
    assert set(found) == set(REGISTRY)
    window = found["ultima-recarga"]["parameters"]
    assert {"name": "window", "label": "Ventana (días)"} in window


def test_a_report_is_the_pages_report(book: Book, office: Client) -> None:
    book.home(1)
    sale = book.sell(1)
    given = {"since": "2026-11-01", "until": "2026-11-30"}
    found = office.get(f"{ROOT}/ventas-por-punto", given).json()
    _, totals = asked(book, "ventas-por-punto", **given)
    assert found["totals"] == totals
    assert found["totals"]["recibido"] == sale.amount_c
    assert found["total_rows"] == len(found["rows"]) == 1
    assert [one["unit"] for one in found["columns"][:3]] == ["texto", "unidades", "Wh"]
    csv = office.get(f"{ROOT}/ventas-por-punto/csv", given)
    assert csv["Content-Type"].startswith("text/csv")
    assert "Total" in csv.content.decode("utf-8-sig")


def test_what_makes_no_sense_is_a_problem(office: Client) -> None:
    wrong: dict[str, Any] = {"since": "2026-02-01", "until": "2026-01-01"}
    answer = office.get(f"{ROOT}/ventas-por-dia", wrong)
    assert answer.status_code == 422
    assert "termina antes" in answer.json()["detail"]
    assert office.get(f"{ROOT}/nada").status_code == 422
    assert office.get(f"{ROOT}/curva-de-consumo").status_code == 422


def test_who_may_not(book: Book) -> None:
    cashier = client_of(book.village.cashier)
    assert cashier.get(f"{ROOT}/ventas-por-dia").status_code == 403
    assert Client().get(ROOT).status_code == 401
