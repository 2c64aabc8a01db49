"""Pages of reports: empty and full, in parts, narrowed, refused."""

import re
from typing import Any

import pytest
from django.test import Client
from report_book import Book, client_of
from vending_world import Village, make_village

from system.accounts.models import User
from system.reports.catalogue import REGISTRY, SECTIONS
from system.reports.pages import reports as report_page

NOVEMBER = {"since": "2026-11-01", "until": "2026-11-30"}


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_report_opens_empty_and_full(name: str, office: Client, book: Book) -> None:
    address = f"/reportes/{name}/"
    given = {**NOVEMBER, "niu": "NIU-0001"}
    empty = office.get(address)
    assert empty.status_code == 200
    assert " style=" not in empty.content.decode()
    book.home(1)
    book.sell(1)
    page = office.get(address, given)
    text = page.content.decode()
    assert page.status_code == 200
    assert REGISTRY[name].title in text
    assert " style=" not in text
    assert "onclick" not in text
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", text)
    assert ("<tbody>" in text) != (REGISTRY[name].empty in text)


def test_the_list_names_each_report_with_its_question(office: Client) -> None:
    page = office.get("/reportes/").content.decode()
    for report in REGISTRY.values():
        assert report.answers in page
        assert f'href="/reportes/{report.name}/"' in page
    assert {report.section for report in REGISTRY.values()} == set(SECTIONS)


def test_wrong_parameters_are_told_and_give_no_file(office: Client) -> None:
    wrong = {"since": "2026-02-01", "until": "2026-01-01"}
    page = office.get("/reportes/ventas-por-dia/", wrong)
    assert "termina antes" in page.content.decode()
    assert office.get("/reportes/ventas-por-dia/", {**wrong, "como": "csv"}).status_code == 400
    for hostile in ("zone", "point", "community"):
        answer = office.get("/reportes/ventas-por-dia/", {**NOVEMBER, hostile: "1 OR 1=1"})
        assert "errorlist" in answer.content.decode(), hostile
    assert office.get("/reportes/nada/").status_code == 404
    assert office.get("/reportes/ventas-por-dia/", {**NOVEMBER, "como": "exe"}).status_code == 200


def test_a_long_table_comes_in_pages_with_the_totals_of_the_whole(
    office: Client, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_page, "PAGE_ROWS", 2)
    for number in range(1, 6):
        book.home(number)
    given = {"until": "2026-11-30"}
    first = office.get("/reportes/ultima-recarga/", {**given, "page": "1"}).content.decode()
    last = office.get("/reportes/ultima-recarga/", {**given, "page": "3"}).content.decode()
    assert "Página 1 de 3" in first
    assert "NIU-0002" in first
    assert "NIU-0005" in last
    assert "NIU-0002" not in last
    assert "5 filas" in last
    for odd in ("0", "-1", "x", "999999", "٣", ""):
        assert office.get("/reportes/ultima-recarga/", {**given, "page": odd}).status_code == 200


def test_names_of_others_stay_text(office: Client, book: Book) -> None:
    from system.vending.models import Merchant

    Merchant.objects.update(name='</script><b onmouseover="x">')
    book.home(1)
    book.sell(1)
    page = office.get("/reportes/ventas-por-punto/", NOVEMBER).content.decode()
    assert "<b onmouseover" not in page
    assert "\\u003C/script\\u003E" in page


def test_another_providers_rows_cannot_be_named(book: Book, office: Client) -> None:
    book.home(1)
    sale = book.sell(1)
    other: Village = make_village("Otra empresa")
    stranger = client_of(other.supervisor)
    community = str(book.village.site.community_id)
    for given in ({"point": str(sale.shift.point_of_sale_id)}, {"community": community}):
        page = stranger.get("/reportes/ventas-por-dia/", {**NOVEMBER, **given}).content.decode()
        assert "errorlist" in page
    page = stranger.get("/reportes/curva-de-consumo/", {"niu": "NIU-0001"}).content.decode()
    assert "Ninguna instalación" in page


@pytest.mark.parametrize(("role", "status"), [("auditor", 200), ("operator", 200), ("cashier", 403)])
def test_who_may_read_them(role: str, status: int, village: Village) -> None:
    user: Any = User.objects.create_user(f"one-{role}", provider=village.provider, role=role)
    client = client_of(user)
    assert client.get("/reportes/").status_code == status
    assert client.get("/reportes/ventas-por-dia/").status_code == status
    assert client.get("/reportes/programados/").status_code == 403
    if status == 200:
        assert "Programar" not in client.get("/reportes/ventas-por-dia/").content.decode()
