"""Each peer's decoder beside ours: the captures of the reference file, and a session of ours.

A peer that refuses what we take, or takes what we refuse, must be in the table with as many APDUs.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz_traffic import captured, session_apdus
from peer_rows import hold

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.errors import DecodeError
from tools.peers.expectations import Row, load

pytestmark = pytest.mark.oracle

ROOT = Path(__file__).resolve().parents[2]
# cosempdu needs Python 3.12: where it is installed for another one than this, the variable names that one.
OTHER_PYTHON = {"cosempdu": "AMIBENCH_COSEMPDU_PYTHON"}


def corpus(name: str) -> list[bytes]:
    """The APDUs of a corpus."""
    if name == "session":
        return list(session_apdus())
    return [raw for kind, raw in captured() if kind == "apdu"]


def _ours(apdu: bytes) -> bool:
    try:
        decode_apdu(apdu)
    except DecodeError:
        return False
    return True


def _theirs(peer: str, apdus: list[bytes]) -> list[str | None]:
    python = os.environ.get(OTHER_PYTHON.get(peer, ""), sys.executable)
    done = subprocess.run(
        [python, "-m", "tools.peers.decode", peer],
        input="\n".join(apdu.hex() for apdu in apdus),
        capture_output=True,
        text=True,
        timeout=90,
        cwd=ROOT,
        check=False,
    )
    if done.returncode and "ModuleNotFoundError" in done.stderr:
        pytest.skip(f"{peer} is not installed for {python}")
    assert done.returncode == 0, done.stderr[-2000:]
    verdicts: list[str | None] = json.loads(done.stdout)
    return verdicts


@pytest.mark.parametrize("row", load().tried("decoders"), ids=lambda row: row.label)
def test_the_decoder_does_as_the_table_says(row: Row) -> None:
    apdus = corpus(row.feature)
    verdicts = _theirs(row.peer, apdus)
    pairs = zip(apdus, verdicts, strict=True)
    others = [
        verdict or f"takes {apdu.hex()}" for apdu, verdict in pairs if _ours(apdu) == (verdict is not None)
    ]
    told = ", ".join(sorted(set(others), key=others.index))
    hold(row, f"{len(others)} of {len(apdus)}: {told}" if others else None)


@pytest.mark.parametrize("name", ["captures", "session"])
def test_we_decode_all_of_it(name: str) -> None:
    refused = [apdu.hex() for apdu in corpus(name) if not _ours(apdu)]
    assert refused == []
