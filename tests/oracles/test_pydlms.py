"""pydlms-client (GPL-3.0, own process) reads the served meter; and our client reads its simulator."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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
