"""R5-06, R5.4-06, R5.4-07: the office's pages, and the exchange by link."""

import hashlib
import json
import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from offline_paper import PaperTerminal
from vending_world import drn, make_village

from protocols.offline.envelope import fingerprint
from protocols.offline.messages import open_office_keys
from system.config import clock
from system.vending.models import PointOfSale, Sale
from system.vending.offline.models import Batch, Terminal, TerminalState
from system.vending.offline.rest.exchange import signed_bytes
from system.vending.offline.selectors.terminals import terminal_position
from system.vending.offline.services.office_keys import office_public
from system.vending.offline.services.packs import make_pack

BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def file(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("lote.json", data)


@pytest.mark.requirement("R5-06")
def test_a_terminal_is_enrolled_in_two_steps(village: Any, homes: Any, fake_module: Any) -> None:
    client, paper = browser(village.supervisor), PaperTerminal(3)
    point = PointOfSale.objects.create(provider=village.provider, merchant=village.merchant, name="Datáfono")
    assert "Todavía no hay terminales" in client.get("/terminales/").content.decode()
    assert client.get("/terminales/inscribir/").status_code == 200
    wrong = client.post("/terminales/inscribir/comparar/", {"enrolment": file(b"nada")})
    assert "No se puede leer la inscripción" in wrong.content.decode()
    page = client.post(
        "/terminales/inscribir/comparar/", {"enrolment": file(paper.enrolment())}
    ).content.decode()
    assert fingerprint(paper.public) in page
    hidden = re.search(r'name="enrolment" value="([^"]+)"', page)
    assert hidden
    said = {"enrolment": hidden[1], "point_of_sale": point.pk, "limit": "500.000", "scope": "all"}
    without = client.post("/terminales/inscribir/confirmar/", said)
    assert without.status_code == 200  # nobody compared the fingerprint
    assert not Terminal.objects.exists()
    done = client.post("/terminales/inscribir/confirmar/", {**said, "compared": "on"}, follow=True)
    made = Terminal.objects.get()
    assert (made.pk, made.limit_c, made.point_of_sale) == (paper.id, 50_000_000, point)
    assert "T1 Datáfono 3" in done.content.decode()
    forged = client.post("/terminales/inscribir/confirmar/", {**said, "enrolment": "%%%", "compared": "on"})
    assert forged.status_code == 200


@pytest.mark.requirement("R5.4-06")
def test_three_steps_at_the_desk(post: Any, village: Any) -> None:
    client, at = browser(village.supervisor), f"/terminales/{post.row.pk}/"
    post.paper.sell(drn(1), 1_000_000)
    data = post.paper.batch()
    for said in ("3 asientos nuevos", "ya estaba asentado"):
        page = client.post(f"{at}entrega/lote/", {"batch": file(data)}, follow=True).content.decode()
        assert said in page
    assert "$ 10.000" in page
    cash = {"deposit_id": str(uuid.uuid4()), "amount": "7.000", "reference": "R-1"}
    for _ in range(2):
        page = client.post(f"{at}entrega/dinero/", cash, follow=True).content.decode()
        assert "Recibidos" in page
    assert terminal_position(post.row).due_c == 300_000
    page = client.post(f"{at}entrega/paquete/", {"valid_days": "10"}, follow=True).content.decode()
    assert "Paquete 2 hecho" in page
    answer = client.get(f"{at}paquetes/2/")
    assert post.paper.load(answer.content, office_public(village.provider.pk)).number == 2
    assert "attachment" in answer["Content-Disposition"]
    batch = Batch.objects.get()
    assert client.get(f"{at}lotes/{batch.pk}/").content == data
    for missing in (f"{at}paquetes/9/", f"{at}lotes/{uuid.uuid4()}/", f"/terminales/{uuid.uuid4()}/"):
        assert client.get(missing).status_code == 404


@pytest.mark.requirement("R5.4-07")
def test_the_page_of_a_terminal_tells_its_shifts_and_what_was_strange(post: Any, village: Any) -> None:
    client = browser(village.supervisor)
    post.paper.sell(drn(1), 1_000_000, lease_id=uuid.uuid4())
    post.paper.close_shift(1_000_000, 1_000_000, 1)
    page = client.post("/terminales/lote/", {"batch": file(post.paper.batch())}, follow=True).content.decode()
    assert "1 hallazgos" in page
    page = client.get(f"/terminales/{post.row.pk}/").content.decode()
    seen = ("Fuera del permiso", "T1-000001", fingerprint(post.paper.public), village.cashier.username)
    for said in seen:
        assert said in page
    assert "4071" not in page
    sale = Sale.objects.get()
    assert "Vendida sin red por el terminal T1" in client.get(f"/ventas/{sale.pk}/").content.decode()
    assert client.get(f"/ventas/{sale.pk}/tiquete/").status_code == 200
    gap = PaperTerminal(1).batch()
    assert client.post("/terminales/lote/", {"batch": file(gap[:-1])}).status_code == 200
    stranger = browser(make_village("Otra").supervisor)
    assert stranger.get(f"/terminales/{post.row.pk}/").status_code == 404


@pytest.mark.requirement("R5-06")
def test_people_terms_and_suspension(post: Any, village: Any) -> None:
    client, at = browser(village.supervisor), f"/terminales/{post.row.pk}/"
    bad = client.post(f"{at}personas/", {"operator": village.supervisor.pk, "pin": "1111"}).content.decode()
    assert "no todos iguales" in bad
    client.post(f"{at}personas/", {"operator": village.supervisor.pk, "pin": "2718"})
    assert post.row.operators.count() == 2
    row = post.row.operators.get(user=village.supervisor)
    client.post(f"{at}personas/{row.pk}/retirar/")
    assert post.row.operators.filter(active=True).count() == 1
    assert client.post(f"{at}personas/999/retirar/").status_code == 404
    page = client.get(f"{at}condiciones/").content.decode()
    assert 'value="500000"' in page
    terms = {"point_of_sale": post.row.point_of_sale_id, "limit": "100.000", "scope": "site", "site": ""}
    assert "Elija a qué clientes" in client.post(f"{at}condiciones/", terms).content.decode()
    client.post(f"{at}condiciones/", {**terms, "scope": "all"})
    client.post(f"{at}suspender/")
    post.row.refresh_from_db()
    assert (post.row.limit_c, post.row.state) == (10_000_000, TerminalState.SUSPENDED)
    client.post(f"{at}reactivar/")
    post.row.refresh_from_db()
    assert post.row.state == TerminalState.ACTIVE
    assert "no recibirá más paquetes" in client.get(f"{at}reemplazar/").content.decode()


@pytest.mark.requirement("R5-06")
def test_the_office_says_who_it_is(make_post: Any, village: Any, fake_module: Any) -> None:
    client, made = browser(village.supervisor), make_post()
    assert "haga primero un paquete" in client.get("/terminales/oficina/").content.decode()
    assert client.get("/terminales/oficina/llaves/").status_code == 302
    made.load()
    keys = open_office_keys(client.get("/terminales/oficina/llaves/").content)
    assert keys.office_public == office_public(village.provider.pk)
    page = client.get("/terminales/oficina/").content.decode()
    assert fingerprint(keys.office_public) in page
    assert fingerprint(keys.module_public) in page
    fake_module.down = True
    assert "módulo de seguridad no responde" in client.get("/terminales/oficina/").content.decode()


# ------------------------------------------------------------ the exchange by link


def ask(address: str, body: Any) -> Any:
    return Client().post(f"/api/v1/terminal/{address}", json.dumps(body), content_type="application/json")


def exchange(paper: PaperTerminal, batch: bytes | None, /, **other: Any) -> Any:
    fresh = ask("challenge", {"terminal_id": str(paper.id)}).json()["challenge"]
    body = {
        "terminal_id": str(paper.id),
        "challenge": fresh,
        "batch": None if batch is None else batch.decode(),
        "signature": paper.sign(signed_bytes(fresh, batch or b"")).hex(),
    }
    return ask("exchange", {**body, **other})


@pytest.mark.requirement("R5.4-06")
def test_a_terminal_with_a_link_brings_and_takes(post: Any, village: Any) -> None:
    post.paper.sell(drn(1), 1_000_000)
    answer = exchange(post.paper, post.paper.batch())
    told = answer.json()
    assert (answer.status_code, told["new"], told["left"], told["pack"]) == (200, 3, 0, None)
    assert told["settled"] == {"number": 3, "hash": post.paper.entries[-1].hash}
    make_pack(village.supervisor, post.row)
    told = exchange(post.paper, post.paper.batch(3)).json()
    assert (told["new"], told["known"]) == (0, 1)
    assert post.paper.load(told["pack"].encode(), office_public(village.provider.pk)).number == 2
    assert exchange(post.paper, None).json()["pack"] is not None
    assert Sale.objects.count() == 1


@pytest.mark.requirement("R5.4-06")
def test_who_did_not_sign_the_challenge_gets_nothing(post: Any, business_time: Any) -> None:
    batch = post.paper.batch()
    other = PaperTerminal(9)
    for wrong in (
        {"signature": "00" * 64},
        {"signature": "nada"},
        {"challenge": "nada"},
        {"batch": other.batch().decode()},
        {"terminal_id": str(other.id)},
    ):
        answer = exchange(post.paper, batch, **wrong)
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"
    assert exchange(other, None).status_code == 401
    assert not Batch.objects.exists()


def test_a_challenge_grows_old(post: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("system.vending.offline.rest.exchange.CHALLENGE_S", -1)
    assert exchange(post.paper, None).status_code == 401


@pytest.mark.parametrize("body", [None, [], {}, {"terminal_id": 7}, {"terminal_id": "x"}, "x" * 5000])
def test_a_body_that_is_none_is_told(db: Any, body: Any) -> None:
    assert ask("challenge", body).status_code in (400, 413)
    assert ask("exchange", body).status_code == 400


def test_refusals_are_told(post: Any, make_post: Any) -> None:
    before = list(post.paper.entries)
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    assert exchange(post.paper, post.paper.batch(entries=tuple(post.paper.entries[::2]))).status_code == 422
    other = make_post(2)
    assert exchange(post.paper, other.paper.batch()).status_code == 422
    post.paper.entries = before
    post.paper.sell(drn(2), 2_000_000)
    answer = exchange(post.paper, post.paper.batch())
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:amibench:problem:fork")
    assert exchange(post.paper, None).json()["pack"] is None  # suspended
    assert hashlib.sha256(b"").hexdigest() in signed_bytes("x", b"").decode()


# ------------------------------------------------------------ the API of staff


def test_the_same_over_the_api(post: Any, village: Any, business_time: clock.FixedBusinessClock) -> None:
    client, at = browser(village.supervisor), f"/api/v1/offline/terminals/{post.row.pk}"
    post.paper.sell(drn(1), 1_000_000)
    told = client.post("/api/v1/offline/batches", {"file": file(post.paper.batch())}).json()
    assert (told["new"], told["left"], told["findings"]) == (3, 0, [])
    paid = client.put(
        f"{at}/deposits/{uuid.uuid4()}", json.dumps({"amount_c": 400_000}), content_type="application/json"
    )
    assert paid.json()["amount_c"] == 400_000
    shown = client.get(at).json()
    assert (shown["due_c"], shown["sold_c"], shown["settled"], shown["sales"]) == (600_000, 1_000_000, 3, 1)
    assert client.get("/api/v1/offline/terminals").json()["total"] == 1
    assert client.get(f"{at}/findings").json()["total"] == 0
    made = client.post(f"{at}/packs", json.dumps({"valid_days": 5}), content_type="application/json")
    assert (made.status_code, made.json()["number"]) == (201, 2)
    data = client.get(f"{at}/packs/2/file").content
    assert hashlib.sha256(data).hexdigest() == made.json()["sha256"]
    assert client.get(f"{at}/packs/7/file").status_code == 404
    refused = client.post("/api/v1/offline/batches", {"file": file(b"{}")})
    assert (refused.status_code, refused.json()["title"]) == (422, "No se puede")
