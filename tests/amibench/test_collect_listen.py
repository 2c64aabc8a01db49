"""``amibench system collect --listen``: where it listens, and how it says that it cannot."""

import asyncio
import socket
from typing import Any

import pytest
from memory_store import MemoryStore
from typer.testing import CliRunner

from amibench.commands.system.app import app
from amibench.commands.system.collect import ListenAddress, listen_address, listening
from amibench.errors import CommandError
from links.base import LinkOpenError, LinkUrlError
from links.clock import WallClock
from system.head_end.acquisition import BlockingRunner, Collector, CollectorParts, parse_key_file


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tcp://0.0.0.0:4060", ListenAddress("0.0.0.0", 4060, "wrapper")),
        ("tcp://:4060", ListenAddress("127.0.0.1", 4060, "wrapper")),
        ("tcp://[::1]?framing=hdlc", ListenAddress("::1", 4059, "hdlc")),
    ],
)
def test_where(text: str, place: ListenAddress) -> None:
    assert listen_address(text) == place


@pytest.mark.parametrize("text", ["udp://0.0.0.0:4059", "4059", "tcp://x:1/y", "tcp://x:1?framing=lora"])
def test_nowhere(text: str) -> None:
    with pytest.raises(LinkUrlError):
        listen_address(text)


@pytest.mark.parametrize(
    ("options", "word"), [(["--once", "--listen", "tcp://:0"], "--once"), (["--listen", "4059"], "4059")]
)
def test_what_makes_no_sense_is_one_sentence(options: list[str], word: str) -> None:
    done = CliRunner().invoke(app, ["collect", *options])
    assert isinstance(done.exception, CommandError)
    assert word in str(done.exception)


def _parts() -> CollectorParts:
    clock = WallClock()

    async def dial(url: str) -> Any:
        raise LinkOpenError(url)

    return CollectorParts(
        store=MemoryStore(),
        key_file=parse_key_file({}),
        clock=clock,
        utc=lambda: pytest.fail("nothing happens"),
        dialer=dial,
        runner=BlockingRunner(),
    )


def test_without_a_place_nobody_listens() -> None:
    async def main() -> None:
        parts = _parts()
        async with listening(None, parts, Collector("one", parts)) as heard:
            assert heard is None

    asyncio.run(main())


def test_a_port_that_is_taken_is_said_before_anything_begins() -> None:
    async def main(port: int) -> None:
        parts = _parts()
        async with listening(ListenAddress("127.0.0.1", port, "wrapper"), parts, Collector("one", parts)):
            pytest.fail("it is taken")

    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(LinkOpenError, match="in use"):
        asyncio.run(main(other.getsockname()[1]))


def test_it_listens_while_the_block_runs_and_counts() -> None:
    async def main() -> tuple[int, dict[str, int]]:
        parts = _parts()
        async with listening(listen_address("tcp://:0"), parts, Collector("one", parts)) as heard:
            assert heard is not None
            host, _, port = heard.url.removeprefix("tcp://").rpartition(":")
            socket.create_connection((host, int(port)), 60).close()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((host, int(port)), 60)
        return heard.kept, heard.refused

    assert asyncio.run(main()) == (0, {})
