"""The exchange over a link: against an office that a test plays, and its ways to fail."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.urls import resolve
from terminal_world import World

from protocols.offline.messages import Batch, Settled
from system.config import outgoing_http
from system.config.outgoing_http import Answer, UnableToSend
from system.terminal.errors import TerminalRefused
from system.terminal.services import office as link
from system.terminal.totals import office_position
from system.vending.offline.rest import exchange as office_link

URL = "https://oficina.example.co/"


class PlayedOffice:
    """Answers as `system.vending.offline.rest.exchange` does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.batches: list[Batch] = []
        self.answers: dict[str, Answer | UnableToSend] = {}
        self.pack = True

    def __call__(self, url: str, body: bytes, headers: Any, **bounds: Any) -> Answer:
        name = url.rpartition("/")[2]
        assert url == f"https://oficina.example.co{link.ROUTES[name]}"
        given = self.answers.get(name)
        if isinstance(given, Exception):
            raise given
        return given or Answer(200, json.dumps(getattr(self, name)(json.loads(body))).encode())

    def challenge(self, said: dict[str, str]) -> dict[str, Any]:
        assert said == {"terminal_id": str(self.world.desk.book.terminal_id)}
        return {"challenge": "reto:1"}

    def exchange(self, said: dict[str, str]) -> dict[str, Any]:
        public = self.world.desk.counter.signing_public
        data = said["batch"].encode()
        signed = link.signed_bytes(said["challenge"], data)
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(said["signature"]), signed)
        self.batches.append(Batch.open(data, public))
        last = self.batches[-1].entries[-1]
        pack = self.world.office.next_pack(self.world.desk, settled=Settled(last.number, last.hash))
        return {"new": len(self.batches[-1].entries), "pack": pack.decode() if self.pack else None}


@pytest.fixture
def office(world: World, monkeypatch: pytest.MonkeyPatch) -> PlayedOffice:
    played = PlayedOffice(world)
    monkeypatch.setattr(link, "send", played)
    return played


@pytest.mark.requirement("R5.4-06")
def test_one_exchange_settles_and_loads(world: World, office: PlayedOffice) -> None:
    world.sell(1)
    assert (
        link.exchange_with_office(world.desk, URL)
        == "La oficina recibió 3 asientos nuevos. Paquete 2 cargado."
    )
    assert office_position(world.desk).unsettled == 1  # that the pack was loaded
    assert world.sell(1).row.content["sequence"] == 2


def test_no_new_pack_is_no_fault(world: World, office: PlayedOffice) -> None:
    office.pack = False
    assert link.exchange_with_office(world.desk, URL).endswith("No hay paquete nuevo.")
    assert world.desk.selling().pack.number == 1


@pytest.mark.parametrize(
    ("route", "answer", "code", "said"),
    [
        ("challenge", UnableToSend("Ese servidor no responde."), "no-link", "no responde"),
        ("exchange", UnableToSend("Ese servidor no responde."), "no-link", "no responde"),
        ("challenge", Answer(200, b"<html>"), "office-refused", "HTTP 200"),
        ("challenge", Answer(200, b"{}"), "office-refused", "challenge"),
        ("challenge", Answer(200, b"[" * 100_000), "office-refused", "HTTP"),
        ("exchange", Answer(409, b'{"detail": "Cuenta otra historia."}'), "office-refused", "otra historia"),
        ("exchange", Answer(200, b'{"new": 1, "pack": "{}"}'), "bad-message", "no sirve"),
        ("exchange", Answer(200, '{"new": 1, "pack": "ñ"}'.encode()), "bad-message", "no sirve"),
    ],
)
def test_an_exchange_that_fails_changes_nothing(
    world: World, office: PlayedOffice, route: str, answer: Answer | UnableToSend, code: str, said: str
) -> None:
    world.sell(1)
    office.answers[route] = answer
    before = world.desk.book.last
    with pytest.raises(TerminalRefused) as error:
        link.exchange_with_office(world.desk, URL)
    assert error.value.code == code
    assert said in error.value.es
    assert world.desk.book.last == before
    del office.answers[route]  # done again, it works
    assert "Paquete" in link.exchange_with_office(world.desk, URL)


def test_without_an_address_there_is_no_link(world: World) -> None:
    with pytest.raises(TerminalRefused) as error:
        link.exchange_with_office(world.desk, "")
    assert error.value.code == "no-address"


def test_the_longest_pack_fits_what_is_taken() -> None:
    assert link.ANSWER_MAX_BYTES > 2 * 16_000_000 > outgoing_http.ANSWER_MAX_BYTES


@pytest.mark.requirement("R5.4-06")
def test_terminal_and_office_speak_of_the_same_routes_and_bytes() -> None:
    for name, address in link.ROUTES.items():
        assert resolve(address).func is getattr(office_link, name)
    assert link.signed_bytes("reto:1", b"{}") == office_link.signed_bytes("reto:1", b"{}")
