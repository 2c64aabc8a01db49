"""R4-03 the other way: we sell, a neighbour delivers, by the same API."""

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from field_store import Field
from network_world import caller, make_network
from vending_world import NOW, Village

from system.config.clock import security_now
from system.config.outgoing_http import Answer, UnableToSend
from system.head_end.django_store import DjangoStore
from system.head_end.vocabulary import OrderState
from system.vending.delivery import carriers, jobs
from system.vending.delivery.hand_over import deliver_sale
from system.vending.delivery.models import HandOver, RemoteHeadEnd, RemoteToken
from system.vending.delivery.remote_keys import NoRemoteKey, remote_key
from system.vending.delivery.status import delivery_status
from system.vending.models import Sale

pytestmark = pytest.mark.requirement("R4-03", "R4-04")
ID = uuid.UUID(int=3)


@pytest.fixture
def keys(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "keys.toml"
    path.write_text('[keys]\nnorth = "amb_live_x"\n')
    path.chmod(0o600)
    settings.REMOTE_KEYS_FILE = str(path)
    return path


@pytest.fixture
def sale(village: Village, minting: str, keys: Path, sell_undelivered: Any) -> Sale:
    village.customer(1)
    RemoteHeadEnd.objects.create(
        provider=village.provider,
        name="Norte",
        url="https://norte.example.co/api/v1/network",
        key_name="north",
    )
    return sell_undelivered(ID)


def due_now() -> None:
    RemoteToken.objects.filter(next_at__isnull=False).update(next_at=security_now())


def test_one_sells_and_the_other_delivers(
    sale: Sale, village: Village, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over WSGI in this process: what goes out comes in again as a neighbour's request with a key of his."""
    field = Field(village, DjangoStore())
    field.meter(1)
    neighbour = caller(village, make_network(village, "Vecino"))
    keys.write_text(f'[keys]\nnorth = "{neighbour.secret}"\n')

    def over_wsgi(url: str, body: bytes, headers: Mapping[str, str], method: str) -> Answer:
        path = url.removeprefix("https://norte.example.co")
        came = Client().generic(method, path, body, "application/json", headers=dict(headers))
        return Answer(came.status_code, came.content)

    monkeypatch.setattr(carriers, "SENDERS", [over_wsgi])
    deliver_sale(sale)
    assert HandOver.objects.get().carrier.startswith("remote:")
    assert jobs.follow_remote() == "asked 1"
    assert not delivery_status(sale).ended
    visit = field.lease(NOW)
    (work,) = visit.orders
    assert work.parameters["digits"] == sale.tokens.get().digits
    assert field.begin(visit, work.id, NOW)
    result = {"result": "Accept", "already": False}
    field.report(visit, work.id, OrderState.DONE, result=result, at=NOW)
    due_now()
    jobs.follow_remote()
    now = delivery_status(sale)
    assert now.ended
    assert now.steps[0].delivery == "entregado al medidor"
    assert now.steps[0].execution.startswith("aceptado: +")
    assert HandOver.objects.get().ended_at is not None
    assert jobs.follow_remote() == ""


class Elsewhere:
    """A head-end that answers what a test says."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, str]] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str], method: str) -> Answer:
        self.asked.append((method, url.rsplit("/network", 1)[1], headers.get("Idempotency-Key", "")))
        assert headers["Authorization"] == "Bearer amb_live_x"
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, said = answer
        return Answer(status, said if isinstance(said, bytes) else json.dumps(said).encode())


def listening(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> Elsewhere:
    made = Elsewhere(*answers)
    monkeypatch.setattr(carriers, "SENDERS", [made])
    return made


def test_a_lost_answer_is_asked_for_under_the_same_key(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = (200, {"state": "waiting", "answer": ""})
    there = listening(
        monkeypatch, UnableToSend("x"), (503, b""), waiting, (200, {"state": "done", "answer": "Accept"})
    )
    deliver_sale(sale)
    for _ in range(4):
        due_now()
        carriers.follow_remote_tokens()
    assert [method for method, _, _ in there.asked] == ["POST", "POST", "POST", "GET"]
    assert len({key for method, _, key in there.asked if method == "POST"}) == 1
    assert delivery_status(sale).ended


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 10_000,
        {"state": "?"},
        {"answer": "Accept"},
        {"state": "done", "answer": 7},
        {"state": "done", "answer": "x" * 41},
    ],
)
def test_answers_that_make_no_sense_are_no_answer(
    sale: Sale, monkeypatch: pytest.MonkeyPatch, nonsense: Any
) -> None:
    listening(monkeypatch, (200, nonsense))
    deliver_sale(sale)
    carriers.follow_remote_tokens()
    row = RemoteToken.objects.get()
    assert (row.state, row.tries, row.sent) == ("unsure", 1, False)


def test_what_is_refused_for_good_is_not_delivered(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    listening(monkeypatch, (422, {"detail": "no such meter"}))
    deliver_sale(sale)
    carriers.follow_remote_tokens()
    now = delivery_status(sale)
    assert now.ended
    assert now.tone == "bad"
    assert "digita" in now.headline


def test_what_was_sent_is_never_said_not_to_have_arrived(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    listening(monkeypatch, (200, {"state": "waiting"}), UnableToSend("x"))
    deliver_sale(sale)
    for _ in range(carriers.TRIES_MAX + 3):
        due_now()
        carriers.follow_remote_tokens()
    row = RemoteToken.objects.get()
    assert (row.state, row.sent) == ("expired", True)
    assert "sin respuesta" in delivery_status(sale).steps[0].delivery


def test_a_site_has_a_head_end_of_its_own(sale: Sale, village: Village) -> None:
    own = RemoteHeadEnd.objects.create(
        provider=village.provider,
        site=village.site,
        name="Sitio",
        url="https://s.example.co",
        key_name="north",
    )
    deliver_sale(sale)
    assert HandOver.objects.get().carrier == f"remote:{own.pk}"


def test_the_key_file(keys: Path, settings: Any) -> None:
    assert remote_key("north") == "amb_live_x"
    with pytest.raises(NoRemoteKey):
        remote_key("south")
    keys.chmod(0o640)
    with pytest.raises(NoRemoteKey, match="600"):
        remote_key("north")
    keys.chmod(0o600)
    keys.write_text("[keys")
    with pytest.raises(NoRemoteKey):
        remote_key("north")
    settings.REMOTE_KEYS_FILE = ""
    with pytest.raises(NoRemoteKey):
        remote_key("north")


def test_without_a_key_it_stays_owed(sale: Sale, keys: Path) -> None:
    keys.unlink()
    deliver_sale(sale)
    carriers.follow_remote_tokens()
    assert RemoteToken.objects.get().tries == 1
