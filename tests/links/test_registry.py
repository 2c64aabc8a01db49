"""Schemes: the built-in ones, those that are registered, and what is said of the others."""

import socket
import sys

import pytest

import links
from links import memory, registry
from links.base import LinkClosedError, LinkOpenError, LinkUrlError


def test_a_registered_scheme_is_opened(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(registry, "_registered", {})
    near, far = memory.pair()
    links.register("sim", lambda url: near if url.host == "ppkw" else far)
    assert links.open_link("sim://ppkw?seed=1") is near
    assert "sim" in links.schemes()


def test_an_unknown_scheme_names_the_known_ones():
    with pytest.raises(LinkUrlError, match=r"unknown scheme 'gopher' in .*; known: ") as refused:
        links.open_link("gopher://h:70")
    for scheme in registry.BACK_ENDS:  # other rooms may have registered more
        assert scheme in str(refused.value)


@pytest.mark.parametrize("scheme", ["tcp", "Sim", "a b", ""])
def test_what_cannot_be_registered(scheme: str):
    with pytest.raises(ValueError):
        links.register(scheme, lambda url: memory.pair()[0])


def test_every_built_in_back_end_can_be_imported():
    for module, function in registry.BACK_ENDS.values():
        __import__(module)
        assert callable(getattr(sys.modules[module], function))


def test_memory_pairs_by_name_and_needs_one():
    first, other = links.open_link("memory://a"), links.open_link("memory://b")
    second = links.open_link("memory://a")
    first.send(b"x")
    assert second.receive(1.0) == b"x"
    assert other.receive(0) == b""
    for url in ("memory://", "memory://a?loss=1"):
        with pytest.raises(LinkUrlError):
            links.open_link(url)


def test_a_full_memory_pipe_refuses_more():
    near, _ = memory.pair()
    near.send(bytes(memory.CAPACITY_BYTES))
    with pytest.raises(LinkClosedError, match="full"):
        near.send(b"x")


def test_a_sender_is_told_that_the_other_end_closed():
    near, far = memory.pair()
    far.close()
    with pytest.raises(LinkClosedError, match="closed"):
        near.send(b"x")


def test_nobody_listening_is_one_sentence():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(LinkOpenError, match=f"cannot connect to {url}: "):
            links.open_link(url)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("serial:///dev/there-is-no-such-line", LinkOpenError),
        ("serial://", LinkUrlError),
        ("tcp://h:1?connect_timeout_s=0", LinkUrlError),
        ("udp://127.0.0.1:1?local_port=70000", LinkUrlError),
        ("udp://127.0.0.1", LinkUrlError),
    ],
)
def test_what_cannot_be_opened(url: str, kind: type[Exception]):
    with pytest.raises(kind):
        links.open_link(url)


def test_a_udp_peer_that_is_not_there_is_told_by_its_host():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with links.open_link(f"udp://127.0.0.1:{port}") as link:
        link.send(b"anybody?")
        with pytest.raises(LinkClosedError, match="broke"):
            link.receive(10.0)


def test_a_tcp_peer_that_reset_is_told(monkeypatch: pytest.MonkeyPatch):
    import struct

    with socket.create_server(("127.0.0.1", 0)) as listener:
        link = links.open_link(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        connection, _ = listener.accept()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        with link:
            with pytest.raises(LinkClosedError, match="broke"):
                link.receive(10.0)
            with pytest.raises(LinkClosedError, match="cannot send"):
                link.send(b"anybody?")


def test_a_local_port_that_is_taken_is_told():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("", 0))
        taken = other.getsockname()[1]
        with pytest.raises(LinkOpenError, match="cannot open udp"):
            links.open_link(f"udp://127.0.0.1:4059?local_port={taken}")
