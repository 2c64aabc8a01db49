"""pydlms-client (GPL-3.0, own process) reads the served meter; and our client reads its simulator."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from links import open_link
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.framing import Framing
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import AssociationRefused
from protocols.dlms.wrapper import WrapperClient

PYDLMS = Path(sys.executable).parent / "pydlms"

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(shutil.which(str(PYDLMS)) is None, reason="pydlms-client: see tox -e oracles"),
]


def peer_reads(served: Any, obis: str, class_id: int, *credentials: str) -> subprocess.CompletedProcess[str]:
    """One GET by the peer's own command line; HDLC goes to logical 1, physical 17."""
    scheme, address = {"wrapper": ("tcp", []), "hdlc": ("tcp+hdlc", ["--physical", "17"])}[served.framing]
    command = [str(PYDLMS), "--json", "read", f"{scheme}://{served.host}:{served.port}", "--server", "1"]
    return subprocess.run(
        [*command, *address, "--obis", obis, "--class", str(class_id), *credentials],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


LLS = ("--client", "2", "--auth", "lls", "--password", "lectura1")


def test_public_client_reads_the_logical_device_name(served: Any) -> None:
    done = peer_reads(served, "0.0.42.0.0.255", 1)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["obis"] == "0.0.42.0.0.255"


@pytest.mark.parametrize(
    ("obis", "class_id"), [("0.0.42.0.0.255", 1), ("1.0.1.8.0.255", 3), ("0.0.1.0.0.255", 8)]
)
def test_reader_with_lls_reads(served: Any, obis: str, class_id: int) -> None:
    done = peer_reads(served, obis, class_id, *LLS)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["value"] is not None


def test_a_wrong_password_is_refused(served: Any) -> None:
    done = peer_reads(served, "0.0.42.0.0.255", 1, "--client", "2", "--auth", "lls", "--password", "no")
    assert done.returncode != 0


# ---------------------------------------------------------------- our client reads the peer's meter


@pytest.fixture(params=["wrapper", "hdlc"])
def peer_meter(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The peer's own simulator, on a free port: its framing and our URL for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(PYDLMS), "simulate", "--port", str(port), "--client", "2:1:lectura1"]
    command += ["--hdlc"] if request.param == "hdlc" else []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "listening" in process.stderr.readline()
        yield request.param, f"tcp://127.0.0.1:{port}"
        process.terminate()
        process.wait(10)


def test_our_client_reads_the_peers_meter(peer_meter: tuple[str, str]) -> None:
    framing, url = peer_meter
    near: Framing = WrapperClient(2, 1) if framing == "wrapper" else HdlcClient(2, 1, address_bytes=1)
    client = ClientConnection(client_sap=2, server_sap=1, authentication=Lls(b"lectura1"))
    with open_link(url) as link, DlmsSession(link, near, client) as session:
        name = session.get(1, "0.0.42.0.0", 2).value
        energy = session.get(3, "1.0.1.8.0", 2).value
    assert name == b"PYD1000000000001"
    assert isinstance(energy, int)


def test_our_client_is_refused_with_a_wrong_password(peer_meter: tuple[str, str]) -> None:
    framing, url = peer_meter
    near: Framing = WrapperClient(2, 1) if framing == "wrapper" else HdlcClient(2, 1, address_bytes=1)
    client = ClientConnection(client_sap=2, server_sap=1, authentication=Lls(b"equivocada"))
    with open_link(url) as link:
        session = DlmsSession(link, near, client)
        session.connect()
        with pytest.raises(AssociationRefused):
            session.associate()
