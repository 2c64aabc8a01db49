"""The scapy layers, run as the processes that they are: they read what we read, and build what they read."""

import subprocess
import sys

import pytest
from fuzz_traffic import HAS_SCAPY, MUTATOR, captured, mutants

from protocols.dlms.apdu import decode_apdu

pytestmark = pytest.mark.skipif(not HAS_SCAPY, reason="scapy is not installed")

DISSECT = MUTATOR.with_name("dissect.py")


def dissect(kind: str, octets: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DISSECT), kind, octets]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_request_field_by_field():
    shown = dissect("apdu", "c001c100030100010800ff0200").stdout
    assert "get-request" in shown
    for field in ("choice    = 1", "class_id  = 3", "index     = 2", "selected  = 0"):
        assert field in shown


def test_a_frame_with_its_addresses():
    shown = dissect("hdlc", "7ea01c00023c470332f685e6e600c001c100010100202000ff01005a627e").stdout
    for field in ("destination= 00023c47", "source    = 03", "control   = 0x32", "get-request"):
        assert field in shown


def test_bad_input_is_one_sentence():
    wrong = dissect("hdlc", "7ea01c00023c470332f685e6e600c001c100010100202000ff01005a637e")
    assert (wrong.returncode, wrong.stderr) == (1, "hdlc: this frame is not built by these rules\n")
    assert dissect("plc", "00").returncode == 2


def test_every_capture_builds_to_its_own_octets():
    """Unchanged lines come back unchanged: every layer's builder agrees with the field."""
    probe = (
        "import sys; from mutate import READERS, build\n"
        "for line in sys.stdin:\n"
        "    kind, text = line.split()\n"
        "    try:\n"
        "        print(kind, build(kind, READERS[kind](bytes.fromhex(text))).hex() == text)\n"
        "    except ValueError:\n"
        "        print(kind, 'refused')\n"
    )
    text = "\n".join(f"{kind} {raw.hex()}" for kind, raw in captured())
    done = subprocess.run(
        [sys.executable, "-c", probe],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        cwd=MUTATOR.parent,
    )
    verdicts = done.stdout.split("\n")[:-1]
    assert "apdu False" not in verdicts
    assert "hdlc False" not in verdicts
    # Frames made wrong on purpose (negative cases, parts of a conversation cut short) are refused.
    assert verdicts.count("hdlc refused") <= 8
    assert verdicts.count("hdlc True") >= 55


def test_the_same_seed_gives_the_same_mutants():
    seeds = captured()[:20]
    first = mutants(seeds, 5, 40)
    assert first == mutants(seeds, 5, 40)
    assert first != mutants(seeds, 6, 40)
    assert not {raw for _, raw in first} <= {raw for _, raw in seeds}


def test_mutants_get_past_the_frame():
    """Most mutants of an APDU still begin as one, and a good part decodes: they reach the codec."""
    decoded = 0
    for _, raw in mutants([("apdu", bytes.fromhex("c001c100030100010800ff0200"))], 9, 100):
        try:
            decode_apdu(raw)
            decoded += 1
        except Exception:
            continue
    assert decoded >= 20
