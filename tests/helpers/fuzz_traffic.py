"""Traffic to break things with: real captures, a session of our own client, and mutants of both.

Mutants are made by `tools/dissectors/mutate.py`, a process of its own under scapy; where scapy is not
installed, bits are flipped instead. `AMIBENCH_FUZZ_FACTOR` multiplies how many there are.
"""

import importlib.util
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from conformance import vectors
from protocols.dlms.errors import DlmsError

ROOT = Path(__file__).parents[2]
MUTATOR = ROOT / "tools" / "dissectors" / "mutate.py"
CORPUS = ROOT / "tests" / "fuzz" / "corpus"

HAS_SCAPY = importlib.util.find_spec("scapy") is not None
FACTOR = int(os.environ.get("AMIBENCH_FUZZ_FACTOR", "1"))

Line = tuple[str, bytes]


def captured() -> list[Line]:
    """Every frame and APDU of the captures."""
    captures = json.loads(vectors.path("dlms_captures.json").read_text())["captures"]
    lines: list[Line] = []
    for item in captures:
        if item["layer"] == "hdlc":
            frames = [text for text in item.get("hex", ()) if isinstance(text, str)]
            frames += [step["hex"] for step in item.get("exchange", ())]
            lines += [("hdlc", bytes.fromhex(text)) for text in frames if text.startswith("7e")]
        else:
            lines += [
                ("apdu", bytes.fromhex(step["hex"])) for step in item.get("exchange", ()) if "hex" in step
            ]
        lines += [("apdu", bytes.fromhex(text)) for text in item.get("apdus_hex", ())]
    return lines


def kept() -> list[Line]:
    """The corpus: lines that once broke something, or reach far."""
    texts = (text for file in sorted(CORPUS.glob("*.txt")) for text in file.read_text().splitlines())
    pairs = (text.split() for text in texts if text and not text.startswith("#"))
    return [(kind, bytes.fromhex(octets)) for kind, octets in pairs]


def mutants(lines: list[Line], seed: int, count: int) -> list[Line]:
    """`count` mutants of `lines`, times the factor; the same seed gives the same ones."""
    if not HAS_SCAPY:
        return list(_flipped(lines, random.Random(seed), count * FACTOR))
    text = "\n".join(f"{kind} {raw.hex()}" for kind, raw in lines)
    command = [sys.executable, str(MUTATOR), "--seed", str(seed), "--count", str(count * FACTOR)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    made = (line.split(" ", 1) for line in done.stdout.splitlines())
    return [(kind, bytes.fromhex(octets)) for kind, octets in made]


def _flipped(lines: list[Line], dice: random.Random, count: int) -> Iterator[Line]:
    for _ in range(count):
        kind, raw = dice.choice(lines)
        changed = bytearray(raw)
        for _ in range(dice.randint(1, 4)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        yield kind, bytes(changed[: dice.randint(1, len(changed))] if dice.random() < 0.2 else changed)


@cache
def session_apdus() -> tuple[bytes, ...]:
    """The requests of a session with the virtual meter: every service, blocks, selections, refusals."""
    from fuzz_session import requests

    return requests()


def swallow(error: Exception, line: Line) -> None:
    """Only the protocol's own errors may come out of a codec.

    Raises:
        AssertionError: it was another one; the line belongs into the corpus.
    """
    if not isinstance(error, DlmsError):
        finding = f"keep this in tests/fuzz/corpus: {line[0]} {line[1].hex()}"
        raise AssertionError(finding) from error  # noqa: TRY004 - the test fails by it
