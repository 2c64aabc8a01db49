"""URLs: what is understood, and the one sentence for what is not."""

import contextlib
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links.base import LinkUrlError
from links.serial_line import SerialOptions
from links.tcp import TcpOptions
from links.url import LinkUrl


def test_the_parts_of_a_url():
    url = LinkUrl.parse("TCP://[::1]:4059?connect_timeout_s=0.5")
    assert (url.scheme, url.host, url.port, url.path) == ("tcp", "::1", 4059, "")
    assert url.address() == ("::1", 4059)
    assert url.options(TcpOptions) == TcpOptions(connect_timeout_s=0.5)


def test_a_device_path_is_decoded():
    assert LinkUrl.parse("serial:///dev/serial/by-id/usb%20a").path == "/dev/serial/by-id/usb a"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10.1.2.3:4059", "is not a link URL; write for example tcp://"),
        ("tcp://host:99999", "bad link URL"),
        ("tcp://h:1?a=1&a=2", "an option is given twice"),
        ("tcp://h:1?justaword", "bad link URL"),
    ],
)
def test_what_is_no_url(text: str, sentence: str):
    with pytest.raises(LinkUrlError, match=sentence):
        LinkUrl.parse(text)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("bauds=1", "unknown option 'bauds' in .*; allowed: baud, parity, bytesize, stopbits, framing"),
        ("baud=fast", "option baud='fast' in .* must be a whole number"),
        ("baud=10", "baud must be from 50 to 4000000 in serial:"),
        ("parity=Q", "option parity='Q' in .* must be one of N, E, O, M, S"),
        ("stopbits=3", "must be one of 1, 2"),
    ],
)
def test_bad_options_of_a_serial_line(query: str, sentence: str):
    with pytest.raises(LinkUrlError, match=sentence):
        LinkUrl.parse(f"serial:///dev/ttyS0?{query}").options(SerialOptions)


@dataclass(frozen=True)
class _Everything:
    wait_s: float = 1.0
    loud: bool = False
    name: str = ""


def test_every_type_of_option():
    url = LinkUrl.parse("x://h?wait_s=2.5&loud=YES&name=a%20b")
    assert url.options(_Everything) == _Everything(2.5, True, "a b")
    for bad in ("wait_s=nan", "wait_s=inf", "loud=maybe"):
        with pytest.raises(LinkUrlError):
            LinkUrl.parse(f"x://h?{bad}").options(_Everything)


@pytest.mark.parametrize("text", ["tcp://h", "tcp://:4059", "tcp://h:1/path"])
def test_an_address_needs_host_and_port_and_nothing_else(text: str):
    with pytest.raises(LinkUrlError):
        LinkUrl.parse(text).address()


@given(st.text(max_size=60))
def test_noise_is_refused_in_one_way(noise: str):
    for text in (noise, f"tcp://{noise}", f"tcp://h:1?{noise}"):
        with contextlib.suppress(LinkUrlError):
            LinkUrl.parse(text).options(TcpOptions)
