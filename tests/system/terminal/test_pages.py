"""The pages, without a browser: the way of a sale, and what stands at each door."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from terminal_world import PIN, World

from protocols.offline.messages import Batch
from system.config.settings import terminal as terminal_settings
from system.terminal.errors import TerminalRefused
from system.terminal.pages import access
from system.terminal.pages.access import centavos_of

NAMES = ("INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "TEMPLATES", "SESSION_ENGINE", "MESSAGE_STORAGE")
SETTINGS = {name: getattr(terminal_settings, name) for name in NAMES}
NO_SALE = "/ventas/11111111-1111-4111-8111-111111111111/"


@pytest.fixture
def client(bare: World) -> Iterator[Client]:
    with override_settings(**SETTINGS, OFFICE_URL="", PRINTER=""):
        access.serve_terminal(bare.desk)
        yield Client()
        access.serve_terminal(None)


@pytest.fixture
def seller(client: Client, bare: World) -> Client:
    """Ana, logged in, her shift open."""
    bare.ready()
    client.post("/entrar/", {"quien": "ana", "pin": PIN})
    return client


def page(answer: Any) -> str:
    text = answer.content.decode()
    assert "style=" not in text
    assert "onclick" not in text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    return str(text)


def form(text: str) -> dict[str, str]:
    return dict(re.findall(r'name="(sale_id|pesos|units|shift_id)" value="([^"]*)"', text))


@pytest.mark.requirement("R5.4-03", "R5-08", "F12-05")
def test_a_sale_from_number_to_token(seller: Client, bare: World) -> None:
    assert "Vender" in page(seller.get("/"))
    assert 'data-key="7"' in page(seller.get("/vender/"))
    found = seller.get("/vender/?q=013")
    assert found.headers["Location"] == "/vender/NIU-0001/"
    assert "$20.000" in page(seller.get("/vender/NIU-0001/"))
    asked = page(seller.get("/vender/NIU-0001/?pesos=10.000"))
    assert "30,5 kWh" in asked
    said = form(asked)
    sold = seller.post("/vender/NIU-0001/si/", said)
    again = seller.post("/vender/NIU-0001/si/", said)  # a thumb that trembles
    assert sold.headers["Location"] == again.headers["Location"] == f"/ventas/{said['sale_id']}/"
    assert bare.desk.counter.status().sequence == 1
    token = page(seller.get(sold.headers["Location"]))
    row = bare.desk.book.sales_where()[0]
    digits = row.content["tokens"][0]["digits"]
    assert re.findall(r"<span>(\d{4})</span>", token) == re.findall("....", digits)
    code = seller.get(f"/ventas/{said['sale_id']}/codigo.svg")
    assert code.headers["Content-Type"] == "image/svg+xml"
    printed = seller.post(f"/ventas/{said['sale_id']}/imprimir/")
    assert printed.headers["Location"].endswith("/tiquete/?imprimir=1")
    assert "T1-000001" in page(seller.get(f"/ventas/{said['sale_id']}/tiquete/"))
    assert "T1-000001" in page(seller.get("/ventas/z/"))
    assert "Yolanda" in page(seller.get("/ventas/"))


@pytest.mark.requirement("R5.4-05")
def test_a_form_made_by_hand_does_not_pass_the_counter(client: Client, bare: World) -> None:
    bare.office.limit_c = 1_000_000
    bare.ready()
    client.post("/entrar/", {"quien": "ana", "pin": PIN})
    said = {"sale_id": str(uuid4()), "pesos": "20000", "units": ""}
    answer = client.post("/vender/NIU-0001/si/", said, follow=True)
    assert "No le queda cupo" in page(answer)
    assert bare.desk.counter.status().sequence == 0


def test_a_price_that_changed_is_asked_again(seller: Client, bare: World) -> None:
    said = form(page(seller.get("/vender/NIU-0001/?pesos=10000")))
    bare.sell(1, 60_000_000)  # the dearer step begins
    answer = seller.post("/vender/NIU-0001/si/", said, follow=True)
    assert "El precio cambió" in page(answer)
    assert bare.desk.counter.status().sequence == 1


@pytest.mark.parametrize(
    "address",
    ["/", "/vender/", "/vender/NIU-0001/", "/ventas/", "/ventas/z/", "/turno/", NO_SALE],
)
def test_nobody_sees_anything_without_a_pin(client: Client, bare: World, address: str) -> None:
    assert client.get(address).headers["Location"] == "/oficina/"
    bare.ready()
    assert client.get(address).headers["Location"] == "/entrar/"
    assert client.post("/vender/NIU-0001/si/", {}).headers["Location"] == "/entrar/"


def test_wrong_pins_and_leaving(client: Client, bare: World) -> None:
    bare.ready()
    answer = client.post("/entrar/", {"quien": "ana", "pin": "0000"}, follow=True)
    assert "El PIN no es correcto." in page(answer)
    client.post("/entrar/", {"quien": "ana", "pin": PIN})
    assert client.get("/").status_code == 200
    client.post("/salir/")
    assert client.get("/").headers["Location"] == "/entrar/"


def test_without_a_shift_there_is_no_sale(client: Client, bare: World) -> None:
    bare.ready()
    client.post("/entrar/", {"quien": "beto", "pin": "1234"})
    answer = client.get("/vender/", follow=True)
    assert "Abra primero su turno" in page(answer)


@pytest.mark.requirement("R5.4-07")
def test_a_shift_is_closed_with_what_was_counted(seller: Client, bare: World) -> None:
    bare.sell(1, 1_000_000)
    said = form(page(seller.get("/turno/")))
    answer = seller.post("/turno/cerrar/", {**said, "pesos": "10.000"})
    assert answer.headers["Location"] == f"/turno/{said['shift_id']}/z/"
    assert "CIERRE DE TURNO" in page(seller.get(answer.headers["Location"]))
    opened = form(page(seller.get("/turno/")))
    seller.post("/turno/abrir/", opened)
    assert bare.desk.book.shift() is not None


def test_a_new_terminal_gets_to_know_its_office_and_loads(client: Client, bare: World) -> None:
    first = page(client.get("/oficina/"))
    assert "Inscriba este terminal" in first
    assert client.get("/oficina/inscripcion/").content == bare.desk.enrolment()
    shown = page(client.post("/oficina/cargar/", {"archivo": SimpleUploadedFile("k", bare.office.keys())}))
    fields = dict(re.findall(r'name="(llaves|oficina|modulo)" value="([^"]*)"', shown))
    assert re.fullmatch(r"(?:[0-9A-F]{4} ){3}[0-9A-F]{4}", fields["oficina"])
    wrong = client.post("/oficina/conocer/", {**fields, "modulo": "0"}, follow=True)
    assert "no se guardó nada" in page(wrong)
    client.post("/oficina/conocer/", fields)
    assert bare.desk.pinned() is not None
    pack = SimpleUploadedFile("p", bare.office.next_pack(bare.desk))
    loaded = client.post("/oficina/cargar/", {"archivo": pack}, follow=True)
    assert "Ya puede vender" in page(loaded)


@pytest.mark.requirement("R5.4-06")
def test_the_batch_is_a_file_and_a_bad_pack_a_sentence(seller: Client, bare: World) -> None:
    bare.sell(1)
    answer = seller.post("/oficina/ventas/")
    batch = Batch.open(answer.content, bare.desk.counter.signing_public)
    assert len(batch.entries) == 3
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ventas-T1-20261124-1001.json"'
    for data in (b"", b"{}", b"\xff\xfe", answer.content):
        bad = seller.post("/oficina/cargar/", {"archivo": SimpleUploadedFile("p", data)}, follow=True)
        assert 'class="notice error"' in page(bad)
    assert 'class="notice error"' in page(seller.post("/oficina/cargar/", follow=True))


@pytest.mark.parametrize(
    ("days", "said"), [(12.5, "El paquete vence el"), (16, "Puede vender hasta"), (19, "terminó")]
)
def test_every_page_says_how_long_the_pack_lasts(seller: Client, bare: World, days: float, said: str) -> None:
    bare.pass_time(days=days)
    assert said in page(seller.get("/ventas/"))


def test_nobody_from_another_machine(seller: Client) -> None:
    assert seller.get("/", REMOTE_ADDR="192.168.1.9").status_code == 403


def test_names_of_customers_stay_text(seller: Client, bare: World) -> None:
    assert "<b>" not in page(seller.get("/vender/?q=<b>x</b>"))


@pytest.mark.parametrize(("typed", "centavos"), [("10.000", 1_000_000), ("$ 2 000", 200_000), ("0", 0)])
def test_money_as_people_type_it(typed: str, centavos: int) -> None:
    assert centavos_of(typed) == centavos


@pytest.mark.parametrize("typed", ["", "diez", "-5", "1,5", "9" * 11, "٣"])
def test_what_is_no_money(typed: str) -> None:
    with pytest.raises(TerminalRefused):
        centavos_of(typed)
