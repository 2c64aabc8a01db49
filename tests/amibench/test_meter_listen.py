"""``amibench meter listen`` as a user meets it: a process that shows what is pushed at it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from amibench.commands.meter.listen import ReceivedPush, plain_push, print_push
from protocols.dlms import axdr
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.obis import Obis
from protocols.dlms.security import Cipher
from protocols.dlms.security.forms import Form, enclose
from protocols.dlms.session.push import Push
from protocols.dlms.wrapper import WrapperServer, encode_wpdu
from protocols.dlms.xdlms.descriptors import AttributeDescriptor
from protocols.dlms.xdlms.fields import LONG_CONFIRMED
from protocols.dlms.xdlms.notification import DataNotification, DataNotificationConfirm, EventNotification

PATIENCE_S = 60
GUEK, GAK, TITLE = bytes(range(16)), bytes(range(0xD0, 0xE0)), b"AMB00001"
KEYS = f"""
[associations.management]
client_sap = 1
[associations.management.security]
encryption_key = "{GUEK.hex()}"
authentication_key = "{GAK.hex()}"
"""
ENERGY = Obis.from_string("1.0.1.8.0")
BODY = axdr.structure(
    axdr.octet_string(ENERGY.to_bytes()),
    axdr.double_long_unsigned(1362),
    axdr.structure(axdr.integer(0), axdr.enum(30)),
)
PUSH = DataNotification(7, None, BODY)
EVENT = EventNotification(None, AttributeDescriptor(3, ENERGY, 2), axdr.double_long_unsigned(1362))

Listen = Callable[..., "Listening"]


class Listening:
    """A running listener."""

    def __init__(self, *arguments: object) -> None:
        command = [sys.executable, "-m", "amibench", "meter", "listen", "--port", "0"]
        self.process = subprocess.Popen(
            [*command, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"COLUMNS": "100", "AMIBENCH_LANG": "en"},
        )
        self.said = self.process.stderr.readline()
        self.port = int(self.said.split(" port ")[1].split(",")[0])

    def push(self, *apdus: bytes) -> bytes:
        """Push over TCP by the wrapper; what comes back to an APDU that wants an answer."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as meter:
            for apdu in apdus:
                meter.sendall(encode_wpdu(apdu, source=1, destination=16))
            meter.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: meter.recv(1000), b""))

    def datagram(self, data: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as meter:
            meter.sendto(data, ("127.0.0.1", self.port))

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err


@pytest.fixture
def listen() -> Iterator[Listen]:
    running: list[Listening] = []

    def started(*arguments: object) -> Listening:
        running.append(Listening(*arguments))
        return running[-1]

    yield started
    for one in running:
        one.process.kill()
        one.process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "keys.toml"
    file.write_text(KEYS, encoding="utf-8")
    return file


def _sealed(plain: bytes, counter: int) -> bytes:
    sealed = Cipher(GUEK, GAK).seal(0x30, TITLE, counter, plain)
    return enclose(Form.GENERAL_GLO, plain[0], TITLE, sealed)


def test_a_push_is_a_table(listen: Listen) -> None:
    one = listen("--count", 1)
    assert one.said.startswith("listening on 127.0.0.1 port ")
    one.push(PUSH.to_bytes())
    code, out, err = one.end()
    assert (code, err) == (0, "")
    assert "data-notification of logical device 1, not protected" in out
    assert "1.0.1.8.0   active energy import, total   1362 Wh" in out
    assert max(map(len, out.splitlines())) <= 100


def test_protected_pushes_replays_and_strangers(listen: Listen, keys: Path) -> None:
    one = listen("--count", 2, "--keys", keys, "--json")
    first, second = _sealed(PUSH.to_bytes(), 5), _sealed(EVENT.to_bytes(), 6)
    one.push(first)
    one.push(first)
    one.push(enclose(Form.GENERAL_GLO, 0x0F, TITLE, Cipher(GAK, GUEK).seal(0x30, TITLE, 9, PUSH.to_bytes())))
    one.push(second)
    code, out, err = one.end()
    assert code == 0
    pushes = [json.loads(line) for line in out.splitlines()]
    assert [push["counter"] for push in pushes] == [5, 6]
    assert [push["kind"] for push in pushes] == ["data-notification", "event-notification-request"]
    assert all(push["authenticated"] and push["system_title"] == TITLE.hex() for push in pushes)
    assert pushes[0]["readings"][0]["shown"] == "1362 Wh"
    assert pushes[1]["readings"][0] | {"obis": "1.0.1.8.0.255", "value": 1362} == pushes[1]["readings"][0]
    refused = err.splitlines()
    assert len(refused) == 2
    assert "invocation counter 5 was used before" in refused[0]
    assert "none of the keys opens it" in refused[1]


def test_a_push_that_wants_to_be_confirmed_is(listen: Listen) -> None:
    one = listen("--count", 1)
    wanting = DataNotification(LONG_CONFIRMED | 3, None, BODY)
    answer = one.push(wanting.to_bytes())
    (event,) = WrapperServer().receive_data(answer, 0.0)
    assert event.apdu == DataNotificationConfirm(LONG_CONFIRMED | 3).to_bytes()  # type: ignore[union-attr]
    assert answer[2:6] == bytes.fromhex("00100001")  # from client 16 to server 1
    assert one.end()[0] == 0


def test_datagrams_and_hdlc(listen: Listen) -> None:
    one = listen("--count", 1, "--framing", "hdlc", "--json")
    meter = HdlcServer()
    meter.send_unnumbered(PUSH.to_bytes(), client_sap=103, server_sap=1)
    one.datagram(meter.data_to_send())
    code, out, _ = one.end()
    assert code == 0
    push = json.loads(out)
    assert (push["meter_sap"], push["client_sap"], push["protected"]) == (1, 103, False)
    assert push["peer"].startswith("udp 127.0.0.1:")


def test_noise_is_said_and_ctrl_c_ends_it(listen: Listen) -> None:
    one = listen()
    one.push(bytes.fromhex("c401c10006000000ff"))
    one.datagram(b"\x00\x02 no wrapper at all")
    assert "refused: get-response-normal" in one.process.stderr.readline()
    assert "refused: " in one.process.stderr.readline()
    one.process.send_signal(signal.SIGINT)
    assert one.end() == (130, "", "")


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        command = [sys.executable, "-m", "amibench", "meter", "listen", "--lang", "es", "--port"]
        done = subprocess.run(
            [*command, str(other.getsockname()[1])], capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("amibench: no se puede escuchar: ")
    assert done.stderr.count("\n") == 1


# ---------------------------------------------------------------- parts


def _arrived(body: axdr.Data) -> ReceivedPush:
    push = Push(DataNotification(1, None, body))
    return ReceivedPush(push, "tcp", 1, 16, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_body_that_is_one_value(capsys: pytest.CaptureFixture[str]) -> None:
    print_push(_arrived(axdr.visible_string("a\x1b[31m[red]")), "es")
    out = capsys.readouterr().out
    assert "sin protección" in out
    assert "#0" in out
    assert "a�[31m[red]" in out


def test_json_of_values_without_codes() -> None:
    body = axdr.structure(axdr.unsigned(3), axdr.octet_string(b"\x01"))
    found: dict[str, Any] = plain_push(_arrived(body), "en")
    assert found["at"] == "2026-01-01T00:00:00+00:00"
    assert [(one["position"], one["obis"], one["value"]) for one in found["readings"]] == [
        (0, None, 3),
        (1, None, "01"),
    ]
