"""``amibench sts mint`` and ``key-change`` with ``--security-module``, on a module served by a thread."""

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from Crypto.PublicKey import ECC

from amibench.__main__ import run
from amibench.security_module_edge import wall_utc
from conformance.vending.own_module import OPERATORS, plan_registers
from protocols.sts.keys import derive_decoder_key
from protocols.sts.testkeys import VUDK_160
from protocols.sts.token import TransferCredit, decode_token
from system.security_module import approval, store
from system.security_module.clock import ModuleClock
from system.security_module.committer import Committer
from system.security_module.key_stores import KeyStores
from system.security_module.sealed_contents import Client
from system.security_module.server import ModuleServer
from system.security_module.service import Service

METER = ["--pan", "600727000000000009", "--sgc", "201457", "--krn", "1", "--ti", "1", "--ea", "11"]
KEY = derive_decoder_key(vending_key=VUDK_160, pan="600727000000000009", sgc="201457")
PASSPHRASE = "una frase"

Say = Callable[..., str]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("b") / "m"
    store.create(directory, PASSPHRASE, test_keys=True, now=wall_utc(), cost=10)
    opened = store.open_store(directory, PASSPHRASE, wall_utc())
    contents = opened.contents.with_client(Client("caja", f"uid:{os.geteuid()}", "operations"))
    for register in plan_registers():
        contents = contents.with_register(register)
    for name, key in OPERATORS.items():
        contents = contents.with_operator(name, approval.public_key_bytes(key))
    opened.save(contents, {"what": "test"}, wall_utc())
    ready, stop = threading.Event(), []

    async def serve() -> None:
        clock = ModuleClock(wall_utc)
        server = ModuleServer(
            Service(contents, opened.state, clock, KeyStores()), Committer(opened, clock.now)
        )
        event, loop = asyncio.Event(), asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(event.set))
        await server.listen_unix(directory / "socket")
        ready.set()
        await server.run(event)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    yield f"unix://{directory}/socket"
    stop[0]()
    thread.join()
    opened.close()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], url: str) -> Say:
    def say(*arguments: str, code: int = 0) -> str:
        assert run(["sts", *arguments, "--security-module", url]) == code, capsys.readouterr().err
        captured = capsys.readouterr()
        return captured.err if code else captured.out

    return say


def test_a_sale(say: Say):
    made = json.loads(say("mint", "electricity", *METER, "--amount-kwh", "25.5", "--json"))
    token = decode_token(made["token"], KEY).token
    assert isinstance(token, TransferCredit)
    assert token.amount_units == 255
    assert made["decoded"]["decoded_units"] == 255
    assert made["decoded"]["test"] is True
    assert made["decoder_key"] is None


def test_the_same_message_id_gives_the_same_token(say: Say):
    arguments = ["mint", "electricity", *METER, "--units", "10", "--json", "--message-id", "venta-1"]
    first, second = json.loads(say(*arguments)), json.loads(say(*arguments))
    assert first == second
    arguments[arguments.index("10")] = "11"
    assert "was used with other parameters" in say(*arguments, "--lang", "en", code=3)


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (["power-limit", *METER, "--value", "1000"], (2, 0)),
        (["clear-tamper", *METER], (2, 5)),
        (["currency-electricity", *METER, "--amount-currency", "5000"], (0, 4)),
        (["display", "--control", "1"], (1, 0)),
    ],
)
def test_every_class(say: Say, arguments: list[str], place: tuple[int, int]):
    made = json.loads(say("mint", *arguments, "--json"))
    assert (made["token_class"], made["token_subclass"]) == place
    decoded = decode_token(made["token"], KEY)
    assert decoded.crc_ok
    assert (decoded.token_class, decoded.token_subclass) == place


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["electricity", *METER, "--units", "1", "--tid", "5"],
            "has its own clock and random bits: leave out tid",
        ),
        (["electricity", *METER, "--units", "1", "--rnd", "5"], "leave out rnd"),
        (["electricity", *METER[:4], "--units", "1"], "the input krn is missing"),
        (["electricity", *METER], "the input amount_units is missing"),
        (["electricity", *METER[:2], "--sgc", "999999", *METER[4:], "--units", "1"], "no key for SGC 999999"),
        (["--class", "3", "--subclass", "0", *METER], "makes classes 0, 1 and 2, not 3"),
    ],
)
def test_refusals_are_one_sentence(say: Say, arguments: list[str], sentence: str):
    said = say("mint", *arguments, "--lang", "en", code=3)
    assert sentence in said
    assert len(said.splitlines()) == 1


def test_refusals_in_spanish(say: Say):
    arguments = ["mint", "electricity", *METER[:2], "--sgc", "999999", *METER[4:], "--units", "1"]
    assert "No hay clave para el SGC 999999" in say(*arguments, "--lang", "es", code=3)


def test_nobody_there(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    arguments = ["sts", "mint", "electricity", *METER, "--units", "1"]
    assert run([*arguments, "--security-module", f"unix://{tmp_path}/none"]) == 3
    assert "nobody answers" in capsys.readouterr().err


class Signing:
    """A key change on its way through two operators."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.request = folder / "request.json"

    def sign(self, name: str, key: ECC.EccKey) -> list[str]:
        content: dict[str, Any] = json.loads(self.request.read_text())
        signable = approval.Signable(content["store"], content["operation"], content["args"])
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps({"operator": name, "signature": approval.sign(key, signable)}))
        return ["--signature", str(path)]


@pytest.fixture
def signing(tmp_path: Path) -> Signing:
    return Signing(tmp_path)


def test_a_key_change_needs_two_signatures(say: Say, signing: Signing):
    change = ["key-change", *METER, "--new-krn", "2"]
    assert "signatures of two operators" in say(*change, "--lang", "en", code=3)
    written = json.loads(say(*change, "--request", str(signing.request)))
    assert written == {"request": str(signing.request)}
    ana, beto = (signing.sign(name, key) for name, key in OPERATORS.items())
    send = ["key-change", "--request", str(signing.request)]
    assert "1 of them hold" in say(*send, *ana, "--lang", "en", code=3)
    made = json.loads(say(*send, *ana, *beto, "--json"))
    assert [token["token_subclass"] for token in made["tokens"]] == [3, 4, 8, 9]
    assert made["decoder_key"] is None
    assert all(decode_token(token["token"], KEY).crc_ok for token in made["tokens"])
    assert "Set1stSectionDecoderKey" in say(*send, *ana, *beto)


def test_what_is_no_request_or_signature(say: Say, signing: Signing, tmp_path: Path):
    change = ["key-change", *METER, "--new-krn", "2", "--lang", "en"]
    say(*change, "--request", str(signing.request))
    assert "exists: name another file" in say(*change, "--request", str(signing.request), code=3)
    other = tmp_path / "other.json"
    other.write_text("{}")
    send = ["key-change", "--lang", "en", "--request"]
    assert "is no request" in say(*send, str(other), "--signature", str(other), code=3)
    assert "is no signature" in say(*send, str(signing.request), "--signature", str(other), code=3)
