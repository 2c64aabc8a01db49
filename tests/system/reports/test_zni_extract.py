"""R5.1-03: the ZNI commercial report: its published columns, its sums, and what it says beforehand."""

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from report_book import Book, asked, made

from system.registry.models import Community, Provider
from system.reports.extracts import layout
from system.reports.extracts.layout import parse
from system.reports.queries.receivables import balance_c
from system.reports.queries.zni import COLUMNS, LAYOUT, BillingAct, blocks_of
from system.vending.models import AccountKind, MovementKind

#: As published: datos.gov.co, dataset p62q-r7ag.
# fmt: off
PUBLISHED = [
    "codigo_localidad", "identificador_empresa", "niu", "id_factura", "tipo_factura",
    "fch_exp_factura", "fch_ini_per_factura", "dias_facturados", "ano", "periodo",
    "estrato_sector", "tipo_lectura", "consumo_basico", "facturacion_consumo_basico",
    "consumo_complementario", "fact_consumo_complementario", "consumo_residencial",
    "fact_consumo_residencial", "valor_subsidio", "porcentaje_subsidio", "valor_mora",
    "intereses_mora", "valor_refacturacion", "valor_total_facturado", "ubicacion", "tipo_conexion",
    "codigo_conexion", "tension", "tipo_categoria", "nom_dpto", "nom_mpio", "nom_poblad",
    "nombre_localidad", "nombre",
]
# fmt: on
NOVEMBER = {"since": "2026-11-01", "until": "2026-11-30"}
BLOCKS = ("facturacion_consumo_basico", "fact_consumo_complementario", "fact_consumo_residencial")


@pytest.fixture
def known(book: Book) -> Book:
    """A provider and a community with everything that the report wants."""
    Provider.objects.update(id_empresa="20437")
    Community.objects.update(dane="5480000100001")
    for one in (book.village.provider, book.village.site.community, book.village.supervisor):
        one.refresh_from_db()
    book.village.supervisor = type(book.village.supervisor).objects.get(pk=book.village.supervisor.pk)
    return book


def named(rows: list[Any]) -> list[dict[str, Any]]:
    return [dict(zip(PUBLISHED, row, strict=True)) for row in rows]


@pytest.mark.requirement("R5.1-03")
def test_the_columns_are_the_published_ones_in_their_order() -> None:
    assert [column.name for column in COLUMNS] == PUBLISHED
    assert (LAYOUT.name, LAYOUT.version) == ("zni_residential", 1)


@pytest.mark.requirement("R5.1-03")
def test_every_row_adds_up_and_the_whole_is_the_ledgers(known: Book) -> None:
    known.happens(5, events=30, days=45)
    user = known.village.supervisor
    energy_c = 0
    for since, until in (
        ("2026-11-01", "2026-11-30"),
        ("2026-12-01", "2026-12-31"),
        ("2027-01-01", "2027-01-31"),
    ):
        by_month, totals = asked(known, "zni-comercial", since, until)
        one_by_one, again = asked(known, "zni-comercial", since, until, rows="recarga")
        for column in (
            "valor_total_facturado",
            "consumo_basico",
            "consumo_complementario",
            "consumo_residencial",
        ):
            assert totals[column] == again[column], column
        assert len(one_by_one) >= len(by_month)
        for row in named(by_month):
            facts = sum(row[name] for name in BLOCKS)
            assert row["valor_total_facturado"] == facts + row["valor_subsidio"] + row["valor_refacturacion"]
        energy_c += totals["valor_total_facturado"]
    kinds = (MovementKind.TOKEN_SALE, MovementKind.REVERSAL)
    billed_c = balance_c(user, AccountKind.BILL) + known.paid_c
    assert energy_c == -balance_c(user, AccountKind.ENERGY, movement__kind__in=kinds) + billed_c


def test_a_sale_of_a_former_month_is_rebilled_in_the_month_of_its_reversal(known: Book) -> None:
    known.home(1)
    same, later = known.sell(1), None
    known.take_back(same)
    later = known.sell(1, 2_000_000)
    known.at(10)
    known.take_back(later)
    november, _ = asked(known, "zni-comercial", "2026-11-01", "2026-11-30")
    december, _ = asked(known, "zni-comercial", "2026-12-01", "2026-12-31")
    (row,), (back,) = named(november), named(december)
    assert row["valor_total_facturado"] == later.energy_c == -back["valor_refacturacion"]
    assert back["valor_total_facturado"] == -later.energy_c
    assert back["consumo_basico"] == 0
    assert row["id_factura"] == "NIU-0001-202611"
    assert (row["fch_ini_per_factura"], row["dias_facturados"]) == (date(2026, 11, 1), 30)


def test_what_is_missing_is_told_first_and_stops_the_file(book: Book, office: Client) -> None:
    book.home(1)
    book.sell(1)
    page = office.get("/reportes/zni-comercial/", NOVEMBER).content.decode()
    assert "Hallazgos antes de entregar" in page
    said = {
        (one.where, one.column): one.says for one in made(book, "zni-comercial", **NOVEMBER).answer.findings
    }
    assert said["Comunidad San Juan", "codigo_localidad"] == "falta."
    assert said["Prestador", "identificador_empresa"] == "falta."
    assert "Hallazgos" in office.get("/reportes/zni-comercial/", {**NOVEMBER, "como": "csv"}).content.decode()
    told = office.get("/reportes/zni-comercial/", {**NOVEMBER, "como": "csv", "con_hallazgos": "si"})
    assert told["Content-Type"].startswith("text/csv")
    assert b"codigo_localidad" in told.getvalue()
    half = made(book, "zni-comercial", since="2026-11-02", until="2026-11-30").answer
    assert half.blocked
    assert "meses completos" in half.findings[0].says


@pytest.mark.requirement("R5.1-03")
def test_the_file_is_plain_for_programs(known: Book, office: Client) -> None:
    known.home(1)
    sale = known.sell(1)
    answer = office.get("/reportes/zni-comercial/", {**NOVEMBER, "como": "csv"})
    text = answer.getvalue().decode()
    head, row = list(csv.reader(io.StringIO(text)))
    assert head == PUBLISHED
    cells = dict(zip(head, row, strict=True))
    assert cells["valor_total_facturado"] == f"{sale.energy_c / 100:.2f}"
    assert cells["nom_dpto"] == "NORTE DE SANTANDER"
    assert cells["porcentaje_subsidio"] == "-0.69"
    assert cells["consumo_basico"] == f"{sale.units / 10:.2f}"


def test_pseudonyms_are_the_same_for_the_same_and_tell_nobody(known: Book) -> None:
    for number in (1, 2):
        known.home(number)
        known.sell(number)
    first, _ = asked(known, "zni-comercial", ids="seudonimos", **NOVEMBER)
    again, _ = asked(known, "zni-comercial", ids="seudonimos", **NOVEMBER)
    assert first == again
    assert len({row[2] for row in first}) == 2
    assert not any("NIU" in str(cell) for row in first for cell in row)


ACT = BillingAct(1, "x", date(2026, 11, 30), date(2026, 11, 1), date(2026, 11, 30))


@given(
    wh=st.integers(0, 3_000_000).map(lambda units: units * 100),
    price_e4=st.integers(1, 50_000_000),
    altitude_m=st.integers(-100, 6000),
    home=st.booleans(),
)
def test_blocks_part_energy_and_cost_without_rest(
    wh: int, price_e4: int, altitude_m: int, home: bool
) -> None:
    act = replace(ACT, wh=wh, cost_mc=wh // 100 * price_e4)
    blocks = blocks_of(act, home=home, altitude_m=altitude_m)
    halves = [
        blocks_of(replace(act, wh=part, before_wh=before), home=home, altitude_m=altitude_m).wh
        for part, before in ((wh // 2, 0), (wh - wh // 2, wh // 2))
    ]
    assert tuple(map(sum, zip(*halves, strict=True))) == blocks.wh
    assert sum(blocks.wh) == wh
    assert all(part >= 0 for part in (*blocks.wh, *blocks.cost_c))
    assert sum(blocks.cost_c) == (act.cost_mc + 500) // 1000
    assert blocks.wh[0] <= (130_000 if altitude_m >= 1000 else 173_000) or not home
    assert blocks.wh[2] == (max(0, wh - 800_000) if home else 0)


def test_the_published_row_of_isla_fuerte() -> None:
    """30.45 kWh at 1075.98: 32763.60 billed, 25039.65 paid by the Nation, 7723.95 by the customer."""
    act = replace(ACT, wh=30_450, cost_mc=3_276_360_000, paid_c=772_395)
    blocks = blocks_of(act, home=True, altitude_m=5)
    assert blocks.cost_c == (3_276_360, 0, 0)
    assert act.paid_c - sum(blocks.cost_c) == -2_503_965


HEAD = """format = "amibench-extract/1"
name = "x"
version = 1
title = "x"
valid_from = 2026-01-01
dataset = "x"
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[column]]\ncode = "a"\ntype = "text"\n', "either a source or a value"),
        ('[[column]]\ncode = "a"\ntype = "text"\nsource = "s"\nvalue = "v"\n', "either a source or a value"),
        ('[[column]]\ncode = "a"\ntype = "digits"\nsource = "s"\n', "digits need a length"),
        ('[[column]]\ncode = "a"\ntype = "choice"\nsource = "s"\n', "a choice needs them"),
        ('[[column]]\ncode = "A b"\ntype = "text"\nsource = "s"\n', "code"),
        ('[[column]]\ncode = "a"\ntype = "text"\nsource = "s"\nsurprise = 1\n', "surprise"),
        ('[[column]]\ncode = "a"\ntype = "text"\nsource = "s"\n' * 2, "two columns bear one code"),
        ("", "column"),
    ],
)
def test_a_layout_that_makes_no_sense_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(HEAD + text)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("codigo_localidad", "548000010000", "tiene 12 dígitos y son 13"),
        ("codigo_localidad", "54800001A0001", "no son sólo dígitos"),
        ("codigo_localidad", "", "falta"),
        ("estrato_sector", "7", "ninguno de"),
        ("valor_subsidio", 1, "mayor que cero"),
        ("consumo_basico", -1, "menor que cero"),
        ("niu", "N" * 31, "caben 30"),
        ("nom_mpio", "Teo\nrama", "control"),
        ("codigo_conexion", "", None),
        ("fch_exp_factura", date(2026, 1, 1), None),
    ],
)
def test_values_are_held_against_the_layout(column: str, value: Any, said: str | None) -> None:
    found = layout.check_value(next(one for one in LAYOUT.columns if one.code == column), value)
    assert (found is None) if said is None else (said in str(found))


def test_one_fault_of_many_rows_is_told_once_and_many_faults_are_counted() -> None:
    names = {"row": "r", "provider": "p", "community": "c", "installation": "i"}
    empty = tuple("" for _ in LAYOUT.columns)
    found, left = layout.findings_of(LAYOUT, [(names, empty)] * 3)
    assert (len(found), left) == (len([one for one in LAYOUT.columns if one.required]), 0)
    many = [({**names, "row": str(number)}, empty) for number in range(200)]
    found, left = layout.findings_of(LAYOUT, many)
    assert len(found) == layout.FINDINGS_MAX
    assert left > 0
