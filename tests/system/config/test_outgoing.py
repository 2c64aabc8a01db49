"""Requests that leave the house: bounded in time and size, never into private networks, never redirected."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from system.config import outgoing_http
from system.config.outgoing_http import ANSWER_MAX_BYTES, UnableToSend, check_peer, check_url, send

LOOPBACK = ["127.0.0.0/8", "::1/128"]


class Peer:
    """A server of one connection: takes the request, sends what it was given, and waits for the end."""

    def __init__(self, *pieces: bytes, stays: bool = False) -> None:
        self._pieces, self._stays = pieces, stays
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(20)
        self.port = self._server.getsockname()[1]
        self.asked = b""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        try:
            taken, _ = self._server.accept()
        except OSError:
            return
        with taken:
            taken.settimeout(20)
            try:
                self.asked = taken.recv(65536)
                for piece in self._pieces:
                    taken.sendall(piece)
                while self._stays and taken.recv(65536):
                    pass
            except OSError:
                return

    def close(self) -> None:
        self._server.close()
        self._thread.join(30)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/a?b=c"


Make = Callable[..., Peer]


@pytest.fixture
def peer(settings: Any) -> Iterator[Make]:
    settings.OUTGOING_NETWORKS = LOOPBACK
    made: list[Peer] = []

    def make(*pieces: bytes, **more: Any) -> Peer:
        made.append(Peer(*pieces, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def http(body: bytes, status: str = "200 OK", *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *more, "", ""]
    return "\r\n".join(lines).encode() + body


def test_a_request_and_its_answer(peer: Make) -> None:
    there = peer(http(b"yes", "201 Created"))
    came = send(there.url, b"body", {"X-One": "1"}, method="PUT")
    assert (came.status, came.body) == (201, b"yes")
    assert there.asked.startswith(b"PUT /a?b=c HTTP/1.1\r\n")
    assert b"X-One: 1\r\n" in there.asked


def test_a_redirect_is_an_answer(peer: Make) -> None:
    elsewhere = peer(http(b"secret"))
    there = peer(http(b"", "302 Found", f"Location: {elsewhere.url}"))
    assert send(there.url).status == 302
    assert elsewhere.asked == b""


def test_the_largest_answer_and_one_octet_more(peer: Make) -> None:
    assert len(send(peer(http(b"x" * ANSWER_MAX_BYTES)).url).body) == ANSWER_MAX_BYTES
    with pytest.raises(UnableToSend, match="grande"):
        send(peer(http(b"x" * (ANSWER_MAX_BYTES + 1))).url)


def test_an_answer_without_end_is_cut(peer: Make) -> None:
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    with pytest.raises(UnableToSend, match="grande"):
        send(peer(head, *[b"x" * 65536] * 40).url)


@pytest.mark.parametrize(
    "said",
    [b"", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", b"HTTP/9 x\r\n\r\n"],
)
def test_what_is_no_answer(peer: Make, said: bytes) -> None:
    with pytest.raises(UnableToSend, match="no responde"):
        send(peer(said).url)


def test_headers_without_end(peer: Make) -> None:
    with pytest.raises(UnableToSend, match="no responde"):
        send(peer(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n").url)


@pytest.mark.parametrize("length", [b"Content-Length: 9\r\n", b""])
def test_who_answers_too_slowly_is_hung_up(
    peer: Make, monkeypatch: pytest.MonkeyPatch, length: bytes
) -> None:
    """It began, and never goes on: the whole exchange has a limit, however long a step may take."""
    monkeypatch.setattr(outgoing_http, "WHOLE_S", 0.2)
    monkeypatch.setattr(outgoing_http, "STEP_S", 15.0)
    head = b"HTTP/1.1 200 OK\r\n" + length + b"\r\n"
    with pytest.raises(UnableToSend, match="no responde"):
        send(peer(head + b"x", stays=True).url)


def test_a_step_has_a_limit_of_its_own(peer: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing_http, "STEP_S", 0.1)
    with pytest.raises(UnableToSend, match="no responde"):
        send(peer(stays=True).url)


def test_nobody_listens(settings: Any) -> None:
    settings.OUTGOING_NETWORKS = LOOPBACK
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(UnableToSend, match="no responde") as refused:
        send(f"http://127.0.0.1:{port}/")
    assert not refused.value.forbidden


def test_no_tls_where_it_is_promised(peer: Make) -> None:
    with pytest.raises(UnableToSend, match=r"^El certificado de ese servidor no es válido\.$"):
        send(peer(http(b"plain"), stays=True).url.replace("http:", "https:"))


def test_a_certificate_that_nobody_vouches_for(peer: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise ssl.SSLCertVerificationError("self-signed certificate in certificate chain")

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", refused)
    there = peer(stays=True)
    with pytest.raises(UnableToSend, match=r"^El certificado de ese servidor no es válido\.$"):
        send(there.url.replace("http:", "https:"))
    there.close()
    assert there.asked == b""


def test_a_name_that_leads_into_a_private_network(settings: Any, peer: Make) -> None:
    """What answers is looked at, not the name: nothing is said before that."""
    there = peer(http(b"internal"), stays=True)
    settings.OUTGOING_NETWORKS = []
    with pytest.raises(UnableToSend, match="privada") as refused:
        send(f"https://localhost:{there.port}/")
    assert refused.value.forbidden
    there.close()
    assert there.asked == b""


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_private_peers(settings: Any, text: str) -> None:
    settings.OUTGOING_NETWORKS = []
    with pytest.raises(UnableToSend) as refused:
        check_peer(ipaddress.ip_address(text))
    assert refused.value.forbidden


@pytest.mark.parametrize("text", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_peers(settings: Any, text: str) -> None:
    settings.OUTGOING_NETWORKS = []
    check_peer(ipaddress.ip_address(text))


def test_only_the_networks_that_are_named(settings: Any) -> None:
    settings.OUTGOING_NETWORKS = ["10.1.0.0/16"]
    check_peer(ipaddress.ip_address("10.1.2.3"))
    check_peer(ipaddress.ip_address("::ffff:10.1.2.3"))
    with pytest.raises(UnableToSend):
        check_peer(ipaddress.ip_address("10.2.0.1"))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.co/",
        "http://127.0.0.1/",
        "https://10.0.0.1/",
        "https://a:b@example.co/",
        "https://example.co/ a",
        "https://example.co/\r\nX: y",
        "https://example.co:99999/",
        "https://[::1",
        "https://example.co/" + "a" * 500,
        "file:///a",
        "",
    ],
)
def test_addresses_that_are_refused_at_sight(settings: Any, url: str) -> None:
    settings.OUTGOING_NETWORKS = []
    with pytest.raises(UnableToSend) as refused:
        check_url(url)
    assert refused.value.forbidden


def test_proxies_of_the_environment_are_not_asked(peer: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, there = peer(http(b"proxy")), peer(http(b"direct"))
    monkeypatch.setenv("http_proxy", proxy.url)
    assert send(there.url).body == b"direct"
    assert proxy.asked == b""
