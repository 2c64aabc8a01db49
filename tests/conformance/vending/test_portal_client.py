"""The client of a portal's bench route, against answers that a portal gives and others that it does not."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from conformance.targets import TargetError, load
from conformance.vending.adapters import is_vendor
from conformance.vending.portal_vendor import PortalClient, PortalVendor
from conformance.vending.vending_system import VendingUnreachable
from system.security_module.errors import RequestRefused

Answers = list[tuple[int, bytes]]
STATUS = json.dumps({"ok": True, "result": {"store": "banco", "test": True}}).encode()


class Portal(ThreadingHTTPServer):
    """Answers in turn what a test says; keeps what was asked."""

    daemon_threads = True
    answers: Answers
    asked: list[tuple[str, str, Any]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.asked.append((self.path, self.headers["Authorization"], json.loads(body)))
        status, said = server.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal(("127.0.0.1", 0), _Handler) as server:
        server.answers, server.asked = [], []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(portal: Portal) -> Iterator[PortalClient]:
    made = PortalClient(f"http://127.0.0.1:{portal.server_address[1]}/raiz/", "secreto")
    yield made
    made.close()


def test_a_call_and_its_answer(portal: Portal, client: PortalClient) -> None:
    portal.answers += [(200, STATUS), (200, STATUS)]
    assert client.call("status", {"a": 1})["store"] == "banco"
    assert client.call("status", {})["test"] is True
    assert portal.asked[0] == ("/raiz/bench/module/status", "Bearer secreto", {"a": 1})


def test_a_refusal_keeps_its_code(portal: Portal, client: PortalClient) -> None:
    error = {"code": "luhn", "number": 25, "es": "mal", "en": "bad"}
    portal.answers.append((422, json.dumps({"ok": False, "error": error}).encode()))
    with pytest.raises(RequestRefused, match="bad") as caught:
        client.call("mint", {})
    assert (caught.value.code, caught.value.number, caught.value.es) == ("luhn", 25, "mal")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((404, b"<html>"), "answers 404 and no bench route"),
        ((200, b"[]"), "answers 200 and no bench route"),
        ((200, b'{"ok": 1}'), "answers 200 and no bench route"),
        ((200, b"\xff"), "no bench route"),
        (
            (
                503,
                b'{"ok": false, "error": {"code": "unreachable", "en": "nobody", "es": "", "number": null}}',
            ),
            "nobody",
        ),
    ],
)
def test_what_is_no_bench_route_is_one_sentence(
    answer: tuple[int, bytes], sentence: str, portal: Portal, client: PortalClient
) -> None:
    portal.answers.append(answer)
    with pytest.raises(VendingUnreachable, match=sentence):
        client.call("status", {})


def test_nobody_there_is_one_sentence() -> None:
    with pytest.raises(VendingUnreachable, match=r"nobody answers at http://127\.0\.0\.1:1"):
        PortalClient("http://127.0.0.1:1", "x").call("status", {})


@pytest.fixture
def address(portal: Portal) -> str:
    return f"http://127.0.0.1:{portal.server_address[1]}"


def test_a_vendor_takes_its_secret_from_a_file(portal: Portal, address: str, tmp_path: Path) -> None:
    portal.answers += [(200, STATUS)] * 3
    (tmp_path / "secret").write_text("  de un archivo\n")
    PortalVendor(address, {}, str(tmp_path / "secret")).close()
    operations = [path.rpartition("/")[2] for path, _, _ in portal.asked]
    assert operations == ["status", "set_clock", "force_rnd"]
    assert {secret for _, secret, _ in portal.asked} == {"Bearer de un archivo"}


def test_a_vendor_that_went_away_is_let_go(
    portal: Portal, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMIBENCH_BENCH_SECRET", "x" * 32)
    portal.answers += [(200, STATUS), (404, b"")]
    PortalVendor(address, {}).close()
    assert len(portal.asked) == 2


def test_without_a_secret_nothing_is_asked(
    portal: Portal, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AMIBENCH_BENCH_SECRET", raising=False)
    makes: list[tuple[Callable[[], Any], str]] = [
        (lambda: PortalVendor(address, {}), "set AMIBENCH_BENCH_SECRET"),
        (lambda: PortalVendor(address, {}, str(tmp_path / "none")), "cannot read .*none: No such file"),
    ]
    for make, sentence in makes:
        with pytest.raises(VendingUnreachable, match=sentence):
            make()
    assert portal.asked == []


def test_a_refused_status_is_one_sentence(
    portal: Portal, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMIBENCH_BENCH_SECRET", "x" * 32)
    error = {"code": "not-permitted", "number": 98, "es": "no", "en": "this client may not"}
    portal.answers.append((422, json.dumps({"ok": False, "error": error}).encode()))
    with pytest.raises(VendingUnreachable, match="this client may not"):
        PortalVendor(address, {})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://portal.test/raiz"])
def test_an_address_of_the_web_is_a_vending_system(url: str) -> None:
    target = load(url, seed=1)
    assert is_vendor(url)
    assert (target.vending, target.profile, target.clock_kind) == (True, "vending", "wall")


def test_a_target_file_names_the_secrets_file(tmp_path: Path) -> None:
    path = tmp_path / "vendor.toml"
    path.write_text('[link]\nurl = "http://127.0.0.1:8000"\n[vending]\nsecret_file = "s"\n')
    section = load(str(path), seed=1).statement.vending
    assert section is not None
    assert section.secret_file == "s"
    path.write_text('[link]\nurl = "ftp://127.0.0.1"\n[vending]\n')
    with pytest.raises(TargetError, match=r"must begin with vendor, .*http"):
        load(str(path), seed=1)
