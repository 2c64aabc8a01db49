"""``amibench sim serve`` and ``sim inject`` as a user meets them: one line, real clients, faults by name."""

import json
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from started import Started, started

from amibench.__main__ import run
from links import open_link
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.cosem import DataObject
from protocols.dlms.gateway import GatewayMessage, decode_gateway
from protocols.dlms.obis import Obis
from protocols.dlms.session import DlmsSession
from protocols.dlms.wrapper import WrapperClient, encode_wpdu

PATIENCE_S = 60
PUBLIC, WRAPPER_HEADER = 16, 8

#: Under the published test key, for the register that every meter of a world has.
MINT = (
    "sts mint electricity --sgc 201457 --krn 1 --ti 1 --key-type DUTK --ken 255 --base-date 2014 --ea 11 "
    "--dkga 04 --key VUDK_160 --amount-kwh 25 --time 2026-01-01T14:30 --json --drn"
)
#: Association request of the public client, without authentication.
AARQ = bytes.fromhex("601da109060760857405080101be10040e01000000065f1f0400007e1fffff")
WORLD = """
[scenario]
name = "served"
epoch = 2026-01-01T14:00:00Z
[homes]
count = 3
[disturbances]
line_faults = 0.0
[plc]
kind = "generic"
registration_s = 5.0
delay_s_min = 0.0
delay_s_max = 0.01
rate_bit_s = 0.0
[[concentrators]]
"""


class Served:
    def __init__(self, process: Started) -> None:
        self.process = process
        self.ready = process.ready
        (self.site,) = self.ready["sites"]
        (self.concentrator,) = self.site["concentrators"]
        self.meters = self.site["meters"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    file = tmp_path_factory.mktemp("world") / "served.toml"
    file.write_text(WORLD)
    with started("sim", "serve", file, "--speed", 20) as process:
        yield Served(process)


@pytest.fixture
def ask(capsys, monkeypatch):
    """Runs an ``amibench`` command: exit code, standard output, standard error."""
    monkeypatch.setenv("AMIBENCH_LANG", "en")
    monkeypatch.delenv("AMIBENCH_METER_PASSWORD", raising=False)

    def run_it(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it


def test_the_line_says_where_everything_is(served: Served):
    assert served.ready["scenario"] == "served"
    assert [meter["name"] for meter in served.meters] == ["m1", "m2", "m3"]
    for meter in served.meters:
        assert len(meter["drn"]) == 11
        assert len(bytes.fromhex(meter["eui48"])) == 6
        assert meter["sap"] >= 16
        assert meter["link"].endswith("?framing=hdlc")
    assert len({meter["sap"] for meter in served.meters}) == 3
    assert served.concentrator["dlms"].endswith("?framing=wrapper")
    assert served.site["totaliser"]["sap"] is None


def test_the_secrets_are_in_a_private_file(served: Served):
    file = Path(served.ready["control_file"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    table = tomllib.loads(file.read_text())
    assert table["control"]["url"] == served.ready["control"]
    assert table["control"]["secret"] != table["uplink"]["secret"]


def test_a_meter_is_read_behind_its_concentrator_at_its_sap(served: Served, ask):
    meter = served.meters[1]
    code, out, errors = ask(
        "meter", "read", served.concentrator["dlms"], "0.0.42.0.0", "--server", meter["sap"], "--json"
    )
    assert (code, errors) == (0, "")
    assert meter["ldn"] in out or meter["ldn"].encode().hex() in out


def test_a_meter_is_read_behind_its_concentrator_by_gateway_header(served: Served):
    meter = served.meters[2]
    address = bytes.fromhex(meter["eui48"])
    request = GatewayMessage(False, 0, address, AARQ).to_bytes()
    with open_link(served.concentrator["dlms"]) as link:
        link.send(encode_wpdu(request, source=PUBLIC, destination=1))
        answer = link.receive(PATIENCE_S)[WRAPPER_HEADER:]
    message = decode_gateway(answer)
    assert message.is_answer
    assert message.apdu[0] == 0x61  # AARE


def test_a_token_is_entered_behind_the_concentrator(served: Served, ask, monkeypatch):
    monkeypatch.setenv("AMIBENCH_METER_PASSWORD", "12345678")  # of the reader, published
    meter = served.meters[0]
    minted = ask(*MINT.split(), meter["drn"])[1]
    digits = next(
        value for value in json.loads(minted).values() if str(value).isdecimal() and len(value) == 20
    )
    code, out, errors = ask(
        "meter", "token", served.concentrator["dlms"], digits, "--server", meter["sap"], "--json"
    )
    assert (code, errors) == (0, "")
    assert "25" in out


def test_a_meter_has_a_port_of_its_own(served: Served, ask):
    meter = served.meters[1]
    code, out, _ = ask("meter", "read", served.meters[1]["link"], "0.0.42.0.0", "--json")
    assert code == 0
    assert meter["ldn"] in out or meter["ldn"].encode().hex() in out


def test_the_concentrator_answers_for_itself(served: Served):
    with open_link(served.concentrator["dlms"].partition("?")[0]) as link:
        client = ClientConnection(client_sap=PUBLIC)
        session = DlmsSession(link, WrapperClient(PUBLIC, served.concentrator["sap"]), client)
        session.connect()
        session.associate()
        name = session.get(DataObject, Obis.from_string("0.0.42.0.0"), 2)
    assert name


def test_the_local_page_is_there(served: Served):
    with urlopen(served.concentrator["web"], timeout=PATIENCE_S) as page:
        assert page.status == 200
        assert served.concentrator["serial"] in page.read().decode()


def test_a_fault_begins_and_ends(served: Served, ask):
    control = served.ready["control_file"]
    assert ask("sim", "inject", control, "m2", "pause") == (0, "m2: active now: pause\n", "")
    code, out, _ = ask("sim", "inject", control, "m2", "pause", "--end", "--json")
    assert (code, json.loads(out)) == (0, {"device": "m2", "active": []})


def test_a_fault_takes_a_time_and_a_value(served: Served, ask):
    control = served.ready["control_file"]
    code, out, _ = ask("sim", "inject", control, "grid", "sag", "--value", 0.8, "--for", 5, "--lang", "es")
    assert (code, out) == (0, "grid: activas ahora: sag\n")
    assert ask("sim", "inject", control, "grid", "sag", "--end")[0] == 0


@pytest.mark.parametrize("device", ["m1", "totaliser", "concentrator", "grid"])
def test_without_a_fault_it_says_what_can_go_wrong(served: Served, ask, device: str):
    code, out, _ = ask("sim", "inject", served.ready["control_file"], device)
    assert code == 0
    assert out.startswith(f"{device} can fail so:\n")
    assert "active now: none" in out


def test_the_url_wants_its_secret_from_the_environment(served: Served, ask, monkeypatch):
    secret = tomllib.loads(Path(served.ready["control_file"]).read_text())["control"]["secret"]
    monkeypatch.setenv("AMIBENCH_CONTROL_SECRET", secret)
    assert ask("sim", "inject", served.ready["control"], "grid")[0] == 0
    monkeypatch.setenv("AMIBENCH_CONTROL_SECRET", "guessed")
    assert "secret" in ask("sim", "inject", served.ready["control"], "grid")[2]
    monkeypatch.delenv("AMIBENCH_CONTROL_SECRET")
    assert "AMIBENCH_CONTROL_SECRET" in ask("sim", "inject", served.ready["control"], "grid")[2]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["m9", "pause"], "no device 'm9'; known: m1, m2"),
        (["m1", "earthquake"], "no fault 'earthquake'"),
        (["grid", "sag", "--value", 9], "sag"),
    ],
)
def test_what_is_refused_is_one_sentence(served: Served, ask, arguments: list, sentence: str):
    code, out, errors = ask("sim", "inject", served.ready["control_file"], *arguments)
    assert (code, out) == (3, "")
    assert sentence in errors
    assert errors.count("\n") == 1


def test_a_file_without_a_channel_is_told(ask, tmp_path: Path):
    file = tmp_path / "empty.toml"
    for content in ("", "[control]\n", "nonsense"):
        file.write_text(content)
        assert "says nothing of a control channel" in ask("sim", "inject", file, "m1")[2]
    assert "no dice nada" in ask("sim", "inject", tmp_path / "gone", "m1", "--lang", "es")[2]


def test_a_world_that_cannot_be_is_one_sentence(ask):
    code, out, errors = ask("sim", "serve", "atlantis")
    assert (code, out) == (3, "")
    assert "no world is called" in errors


def test_it_stops_when_asked_to(served: Served):
    """The last of this module: nothing is served after it."""
    folder = Path(served.ready["control_file"]).parent
    assert served.process.end() == (0, "", "")
    assert not folder.exists()
