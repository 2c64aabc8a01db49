"""Homes from a file: errors row by row, all or nothing, and what is written can be sold to."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vending_world import NOW, Village, drn, make_village

from system.accounts.models import AuditRecord, User
from system.registry import models
from system.registry.errors import CellError, UnableToReadFile, UnableToRegister
from system.registry.importing import loading
from system.registry.importing.loading import import_file, keep_draft, review_file

HEADINGS = ("documento", "nombre", "niu", "sitio", "estrato", "tarifa", "fabricante", "serie", "drn", "sgc")
TABLES = (models.Customer, models.Installation, models.Agreement, models.Device, models.MeterKeying)


def row(number: int, **more: str) -> dict[str, str]:
    cells = {
        "documento": f"{5000 + number}",
        "nombre": f"Nueva {number}",
        "niu": f"IMP-{number}",
        "sitio": "microrred SAN JUÁN",
        "estrato": "1",
        "tarifa": "ZNI-E1",
        "fabricante": "AMB",
        "serie": f"IMP-{number}",
        "drn": drn(500 + number),
        "sgc": "201457",
    }
    return cells | more


def csv(*rows: dict[str, str]) -> bytes:
    headings = list(dict.fromkeys([*HEADINGS, *(name for cells in rows for name in cells)]))
    lines = [headings, *([cells.get(name, "") for name in headings] for cells in rows)]
    return "\n".join(";".join(line) for line in lines).encode()


def counts() -> list[int]:
    return [model.objects.count() for model in TABLES]


def test_a_file_is_looked_at_and_nothing_is_written(village: Village, operator: User) -> None:
    before = counts()
    seen = review_file(operator, csv(row(1), row(2)))
    assert (seen.is_clean, seen.row_count) == (True, 2)
    assert seen.rows[0].home.place.site == village.site  # accents and capitals do not count
    assert counts() == before


def test_what_is_imported_can_be_sold_to(village: Village, operator: User) -> None:
    from system.vending.selectors.supply import find_supply

    draft = keep_draft(operator, "lista.csv", csv(row(1, krn="2", ken="200"), row(2)))
    assert import_file(operator, draft) == 2
    supply = find_supply(operator, drn(501), NOW)
    assert (supply.keying.krn, supply.keying.ken, supply.agreement.customer.name) == (2, 200, "Nueva 1")
    assert not models.ImportDraft.objects.exists()
    record = AuditRecord.objects.get(action="registry.import")
    assert record.detail["rows"] == 2
    assert "Nueva" not in str(record.detail)


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "documento": ({"documento": "?"}, "documento"),
    "nombre": ({"nombre": ""}, "Falta"),
    "niu": ({"niu": "NIU-0001"}, "Ya está registrado"),
    "sitio": ({"sitio": "Ninguno"}, "créelo en «Lugares»"),
    "circuito": ({"circuito": "X"}, "no tiene un circuito"),
    "estrato": ({"estrato": "9"}, "de 1 a 6"),
    "sector": ({"sector": "casa"}, "Una de estas palabras"),
    "modalidad": ({"modalidad": "gratis"}, "Una de estas palabras"),
    "tarifa": ({"tarifa": "NADA"}, "No hay una tarifa"),
    "cuota_mensual": ({"cuota_mensual": "1000"}, "por disponibilidad"),
    "correo": ({"correo": "sin arroba"}, "No es un correo"),
    "fabricante": ({"fabricante": ""}, "Falta"),
    "drn": ({"drn": "00000000017"}, "dígito de control"),
    "sgc": ({"sgc": "12345678"}, "6 dígitos"),
    "krn": ({"krn": "0"}, "de 1 a 9"),
    "ea": ({"ea": "09"}, "Uno de estos: 07, 11"),
    "fecha_base": ({"fecha_base": "2015"}, "1993, 2014 o 2035"),
    "serie": ({"serie": "{provider}-00000001"}, "Ya está registrada"),
}


@pytest.mark.parametrize("column", WRONG)
def test_each_cell_says_what_is_wrong_with_it(column: str, village: Village, operator: User) -> None:
    village.customer(1)
    cells, sentence = WRONG[column]
    cells = {name: text.format(provider=village.provider.pk) for name, text in cells.items()}
    seen = review_file(operator, csv(row(1), row(2, **cells), row(3)))
    assert [(error.row, error.column) for error in seen.errors] == [(3, column)]
    assert sentence in seen.errors[0].sentence
    assert len(seen.rows) >= 2


def test_a_drn_that_another_provider_uses_is_in_use(village: Village, operator: User) -> None:
    make_village("Otra empresa").customer(501)
    assert review_file(operator, csv(row(1))).errors == (CellError(2, "drn", "Ya lo lleva otro medidor."),)


def test_twice_in_the_file(village: Village, operator: User) -> None:
    seen = review_file(operator, csv(row(1), row(1, documento="7")))
    assert [error.column for error in seen.errors] == ["documento"]
    seen = review_file(operator, csv(row(1), row(1)))
    assert [(error.row, error.column) for error in seen.errors] == [(3, "drn"), (3, "niu"), (3, "serie")]
    seen = review_file(operator, csv(row(1), row(2, documento="5001")))
    assert [error.column for error in seen.errors] == ["nombre"]


def test_one_person_may_have_several_rows_and_a_row_no_meter(village: Village, operator: User) -> None:
    empty = {"fabricante": "", "serie": "", "drn": "", "sgc": ""}
    draft = keep_draft(
        operator, "x.csv", csv(row(1), row(2, documento="5001", nombre="NUEVA 1"), row(3, **empty))
    )
    assert import_file(operator, draft) == 3
    assert models.Customer.objects.count() == 2
    assert models.Device.objects.count() == 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_all_of_it_or_nothing(village: Village, operator: User, good: list[bool]) -> None:
    before = counts()
    rows = [row(number, **({} if fine else {"estrato": "0"})) for number, fine in enumerate(good)]
    seen = review_file(operator, csv(*rows))
    assert [error.row for error in seen.errors] == [n for n, fine in enumerate(good, 2) if not fine]
    if all(good):
        return
    with pytest.raises(UnableToRegister, match="no se importó nada"):
        import_file(operator, keep_draft(operator, "x.csv", csv(*rows)))
    assert counts() == before


def test_what_happened_since_it_was_looked_at_counts(village: Village, operator: User) -> None:
    draft = keep_draft(operator, "x.csv", csv(row(1), row(2)))
    models.Installation.objects.create(provider=village.provider, niu="IMP-2", site=village.site, estrato=1)
    before = counts()
    with pytest.raises(UnableToRegister):
        import_file(operator, draft)
    assert counts() == before
    assert models.ImportDraft.objects.filter(pk=draft.pk).exists()


def test_a_race_that_the_look_did_not_see_writes_nothing(
    village: Village, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.customer(501)  # bears the DRN of the second row
    draft = keep_draft(operator, "x.csv", csv(row(7), row(1)))
    monkeypatch.setattr(loading, "conflicts_of", lambda *_: [])
    before = counts()
    with pytest.raises(UnableToRegister, match="mientras tanto"):
        import_file(operator, draft)
    assert counts() == before


def test_headings_that_are_missing_or_strange(village: Village, operator: User) -> None:
    for content, sentence in ((b"nombre\nx", "Falta la columna"), (csv(row(1, color="rojo")), "color")):
        with pytest.raises(UnableToReadFile, match=sentence):
            review_file(operator, content)


def test_two_sites_of_one_name_need_their_community(village: Village, operator: User) -> None:
    other = models.Community.objects.create(
        provider=village.provider, name="El Tarra", municipality="Teorama", altitude_m=900
    )
    models.Site.objects.create(
        provider=village.provider, community=other, name="Microrred San Juan", kind="micro"
    )
    seen = review_file(operator, csv(row(1), row(2, comunidad="el tarra")))
    assert [(error.row, error.column) for error in seen.errors] == [(2, "comunidad")]
    assert seen.rows[0].home.place.site.community == other


def test_files_that_wait_too_long_go(village: Village, operator: User) -> None:
    old = keep_draft(operator, "viejo.csv", b"x")
    models.ImportDraft.objects.filter(pk=old.pk).update(made_at=old.made_at - timedelta(hours=13))
    new = keep_draft(operator, "nuevo.csv", b"y")
    assert list(models.ImportDraft.objects.all()) == [new]


def test_two_thousand_rows_take_a_handful_of_statements(
    village: Village, operator: User, django_assert_max_num_queries: Any
) -> None:
    content = csv(*(row(number) for number in range(2000)))
    draft = keep_draft(operator, "x.csv", content)
    with django_assert_max_num_queries(400):
        assert import_file(operator, draft) == 2000


def test_another_providers_file_is_not_there(village: Village, operator: User) -> None:
    other = make_village("Otra empresa")
    draft = keep_draft(other.supervisor, "x.csv", csv(row(1)))
    with pytest.raises(UnableToRegister, match="no existe"):
        import_file(operator, draft)
