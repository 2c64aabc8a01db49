"""Independent clients at meters behind the concentrator of ``amibench sim serve``: by SAP, by gateway header.

None of the peers writes the gateway header, so for that way `gateway_relay` stands before the concentrator:
it puts the header around each of the peer's own APDUs, takes it off the answers, and changes nothing else.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from gateway_relay import gateway_relay
from started import started

from sim.meter.credentials import TEST_READER_PASSWORD

pytestmark = pytest.mark.oracle

ROOT = Path(__file__).parents[2]
READER = 2
NAME_AT, ENERGY_AT = [1, "0.0.42.0.0.255", 2], [3, "1.0.1.8.0.255", 2]
CREDIT_AT, GATEWAY_AT = [112, "0.0.19.10.0.255", 2], [115, "0.0.19.40.0.255", 1]
AMOUNT_KWH = 25
#: What the register of every meter of a world says, and the published test key that it was derived from.
MINT = (
    "sts mint electricity --sgc 201457 --krn 1 --ti 1 --key-type DUTK --ken 255 --base-date 2014 --ea 11 "
    f"--dkga 04 --key VUDK_160 --amount-kwh {AMOUNT_KWH} --time 2025-12-31T14:30 --json --drn"
)
PEERS = ("dlms-cosem", "gurux-dlms", "pydlms-client")
WAYS = ("sap", "gateway")
#: Each peer and way has a meter of its own: a token is taken once.
METER = {pair: number for number, pair in enumerate((peer, way) for peer in PEERS for way in WAYS)}


@pytest.fixture(scope="module")
def village() -> Iterator[dict[str, Any]]:
    """The small village, served; what its ready line says of its site."""
    with started("sim", "serve", "teorama_nano", "--speed", 20, "--no-meter-ports") as process:
        yield process.ready["sites"][0]


def minted(drn: str) -> str:
    """The 20 digits of a token for a meter."""
    command = [sys.executable, "-m", "amibench", *MINT.split(), drn]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return next(str(item) for item in json.loads(done.stdout).values() if len(str(item)) == 20)


def credit_wh(answer: Any) -> int:
    assert isinstance(answer, int)
    return answer


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("peer", PEERS)
def test_it_reads_a_meter_and_enters_a_token(
    village: dict[str, Any], ask: Callable[..., dict[str, Any]], peer: str, way: str
) -> None:
    meter = village["meters"][METER[peer, way]]
    host, _, port = village["concentrators"][0]["dlms"].split("://")[1].split("?")[0].partition(":")
    token = minted(meter["drn"]).encode().hex()
    steps = [
        {"do": "get", "at": NAME_AT},
        {"do": "get", "at": ENERGY_AT},
        {"do": "get", "at": CREDIT_AT},
        {"do": "action", "at": GATEWAY_AT, "type": "octet-string", "value": token},
        {"do": "get", "at": CREDIT_AT},
    ]
    reader = {"client_sap": READER, "mechanism": "lls", "secret": TEST_READER_PASSWORD.hex()}
    with ExitStack() as stack:
        at = {"host": host, "port": int(port), "framing": "wrapper", "server_sap": meter["sap"]}
        if way == "gateway":
            relay = gateway_relay(host, int(port), bytes.fromhex(meter["eui48"]))
            at |= {"port": stack.enter_context(relay), "server_sap": 1}
        answer = ask(peer, {**at, **reader, "steps": steps})
    assert answer["associated"], answer
    name, energy, before, entered, after = answer["results"]
    assert name == {"value": meter["ldn"].encode().hex()}
    assert isinstance(energy["value"], int)
    assert "error" not in entered, entered
    gained = credit_wh(after["value"]) - credit_wh(before["value"])
    assert 0 <= 1_000 * AMOUNT_KWH - gained < 100  # a household may draw meanwhile


def test_the_village_has_a_meter_for_each(village: dict[str, Any]) -> None:
    assert len(village["meters"]) >= len(METER)
    assert all(meter["sap"] for meter in village["meters"][: len(METER)])
