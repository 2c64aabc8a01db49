"""gurux-dlms (GPL-2.0, own process) associates with the served meter, reads it and releases."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "conformance" / "peers" / "gurux_reader.py"
LDN, ENERGY, CLOCK = "1:0.0.42.0.0.255:2", "3:1.0.1.8.0.255:2", "8:0.0.1.0.0.255:2"

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(
        importlib.util.find_spec("gurux_dlms") is None, reason="gurux-dlms is in the oracles environment"
    ),
]


def peer_reads(served: Any, client_sap: int, password: str, *wanted: str) -> dict[str, Any]:
    """What the peer's process says it saw."""
    command = [sys.executable, str(SCRIPT), served.host, str(served.port), served.framing]
    command += [str(client_sap), password, *wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_public_client_reads_the_logical_device_name(served: Any) -> None:
    seen = peer_reads(served, 16, "-", LDN, CLOCK)
    assert seen.get("released"), seen
    assert bytes.fromhex(seen["values"][LDN]).isascii()


def test_reader_with_lls_reads_name_energy_and_clock(served: Any) -> None:
    seen = peer_reads(served, 2, "lectura1", LDN, ENERGY, CLOCK)
    assert seen.get("released"), seen
    assert seen["values"][ENERGY].isdigit()
    assert "26" in seen["values"][CLOCK]


def test_a_wrong_password_is_refused(served: Any) -> None:
    seen = peer_reads(served, 2, "equivocada", LDN)
    assert "error" in seen
    assert "values" not in seen
