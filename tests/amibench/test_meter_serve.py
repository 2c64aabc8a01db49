"""``amibench meter serve`` as a user meets it: a process, its one line, its target file, its exits."""

import os
import pty
import select
import signal
import socket
import stat
import subprocess
import sys
import tty
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from started import Started, started

from amibench.__main__ import run
from amibench.commands.meter.connection import open_line
from amibench.commands.meter.serve import to_toml, write_target
from amibench.errors import CommandError
from conformance import mutants, targets
from links import open_link
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.session import DlmsSession
from protocols.field.errors import StationControlError
from protocols.field.station_control import StationControlClient

PATIENCE_S = 60

#: AARQ of the public client, without authentication, in a wrapper PDU from client 16 to server 1.
AARQ = bytes.fromhex("000100100001001f601da109060760857405080101be10040e01000000065f1f0400007e1fffff")

Start = Callable[..., "Served"]


class Served:
    """A running process and what it said."""

    def __init__(self, process: Started) -> None:
        self.process = process
        self.ready = process.ready

    def stop(self, number: signal.Signals) -> int:
        code, rest, errors = self.process.end(number)
        assert (rest, errors) == ("", "")
        return code

    def associate(self) -> bytes:
        with open_link(self.ready["link"]) as link:
            link.send(AARQ)
            return link.receive(PATIENCE_S)

    def target(self) -> targets.Statement:
        return targets.load(self.ready["target_file"], seed=1).statement


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "amibench", "meter", "serve", *map(str, arguments)]


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as running:
        yield lambda *words: Served(running.enter_context(started("meter", "serve", *words)))


Refused = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """The one sentence of a command that must end with exit code 3."""

    def sentence(*arguments: object) -> str:
        code = run(["meter", "serve", *map(str, arguments)])
        said = capsys.readouterr()
        assert (code, said.out) == (3, "")
        assert said.err.startswith("amibench: ")
        assert said.err.count("\n") == 1
        return said.err

    return sentence


def test_a_refusal_as_a_process():
    done = subprocess.run(
        command("--profile", "oven"), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("amibench: no meter profile is called 'oven'")
    assert done.stderr.count("\n") == 1


def test_it_says_one_line_serves_and_stops(start: Start):
    served = start()
    assert list(served.ready) == ["link", "control", "target_file", "sap", "drn"]
    assert served.ready["link"].startswith("tcp://127.0.0.1:")
    assert served.ready["link"].endswith("?framing=wrapper")
    assert served.ready["sap"] == 1
    assert served.associate()[8] == 0x61
    folder = Path(served.ready["target_file"]).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert served.stop(signal.SIGTERM) == 0
    assert not folder.exists()


def test_ctrl_c_is_130_also_while_a_client_is_in_mid_frame(start: Start):
    served = start("--speed", 10)
    with open_link(served.ready["link"]) as link:
        link.send(AARQ[:10])
        assert served.stop(signal.SIGINT) == 130


def test_a_client_killed_in_mid_frame_disturbs_nobody(start: Start):
    served = start()
    with open_link(served.ready["link"]) as dying:
        dying.send(AARQ[:10])
    with open_link(served.ready["link"]) as bystander:
        assert served.associate()[8] == 0x61
        bystander.send(AARQ)
        assert bystander.receive(PATIENCE_S)[8] == 0x61


def test_the_target_file_is_private_and_says_everything(start: Start, tmp_path: Path):
    password, target = tmp_path / "password", tmp_path / "meter.toml"
    password.write_text("s3cret-of-the-reader\n")
    target.write_text("an older file, for all to read")
    target.chmod(0o644)
    served = start("--target-file", target, "--lls-password-file", password, "--framing", "hdlc")
    assert served.ready["target_file"] == str(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    statement = served.target()
    assert (statement.link.framing, statement.link.server_sap, statement.link.physical_address) == (
        "hdlc",
        1,
        17,
    )
    assert statement.associations["reader"].client_sap == 2
    assert statement.associations["reader"].secret == b"s3cret-of-the-reader"
    assert statement.associations["public"].client_sap == 16
    assert statement.device.drn == served.ready["drn"]
    assert statement.control is not None
    assert statement.control.url == served.ready["control"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert served.stop(signal.SIGTERM) == 0
    assert target.exists()


def test_passwords_and_secrets_are_fresh_each_time(start: Start):
    first, second = start().target(), start().target()
    assert first.associations["reader"].secret != second.associations["reader"].secret
    assert first.control != second.control
    assert len(first.associations["reader"].secret or b"") >= 12


def test_the_target_file_agrees_with_the_profile(start: Start):
    statement = start("--profile", "ppkw07").target()
    assert statement.sts is not None
    assert (statement.sts.ea, statement.sts.dkga) == ("07", "04")
    shipped = targets.load(None, seed=1).statement
    assert start().target().sts == shipped.sts


def ask(url: str, secret: str, op: str, **args: object) -> dict[str, Any]:
    client = StationControlClient(secret)
    with open_link(url) as link:
        link.send(client.request(op, args))
        answers = []
        while not answers:
            answers = client.receive_data(link.receive(PATIENCE_S))
        return answers[0].unwrap()


def test_the_control_channel_wants_its_secret(start: Start):
    served = start()
    control = served.target().control
    assert control is not None
    with pytest.raises(StationControlError) as raised:
        ask(control.url, "a guess", "supply.off")
    assert raised.value.code == "forbidden"
    info = ask(control.url, control.secret, "device.info")
    assert info == {"drn": served.ready["drn"], "profile": "ppkw"}
    assert ask(control.url, control.secret, "clock.wait", seconds=86_400)["device_time_s"] >= 86_400


def test_a_serial_line_is_served_too(start: Start):
    master, slave = pty.openpty()
    tty.setraw(slave)
    served = start("--serial", f"serial://{os.ttyname(slave)}?baud=9600")
    assert served.ready["serial"].startswith("serial:///dev/")
    os.write(master, bytes.fromhex("7ea00802232193bd647e"))  # SNRM from 16 to logical 1, physical 17
    assert select.select([master], [], [], PATIENCE_S)[0]
    assert os.read(master, 1) == b"\x7e"
    assert served.stop(signal.SIGTERM) == 0
    os.close(master)
    os.close(slave)


def test_an_optical_port_is_opened_read_and_found_open_by_the_next_reader(start: Start):
    """The second reader comes before the meter fell back to 300 baud: it goes on at the speed of the URL."""
    served = start("--serial", "pty?mode=e", "--speed", 20)
    assert served.ready["serial"].endswith("?mode=e")
    for _ in range(2):
        with open_link(served.ready["serial"]) as link:
            open_line(link, HdlcClient(), "en")
            session = DlmsSession(link, HdlcClient(), ClientConnection())
            with session:
                assert session.get(1, "0.0.42.0.0", 2).value.startswith(b"AMB")


def test_a_speed_that_mode_e_lacks_is_one_sentence(start: Start):
    served = start("--serial", "pty?mode=e")
    with open_link(served.ready["serial"] + "&baud=9601") as link, pytest.raises(CommandError) as raised:
        open_line(link, HdlcClient(), "es")
    assert "el modo E no selecciona una velocidad de 9601 baudios" in str(raised.value)


def test_a_mutant_says_which_it_is(start: Start):
    name = mutants.names()[0]
    served = start("--mutant", name)
    control = served.target().control
    assert control is not None
    assert ask(control.url, control.secret, "device.info")["mutant"] == name


@pytest.mark.parametrize("option", ["--port", "--control-port"])
def test_a_port_in_use_is_one_sentence(option: str, refused: Refused):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        assert f"port {taken} of 127.0.0.1 is already in use" in refused(option, taken)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--profile", "oven"), "no meter profile is called 'oven'; known: minimal, ppkw"),
        (("--mutant", "perfect"), "no mutant called `perfect`"),
        (
            ("--serial", "serial:///dev/there-is-no-such-line"),
            "cannot open serial:///dev/there-is-no-such-line",
        ),
        (("--serial", "tcp://h:1"), "serial"),
        (("--lls-password-file", "/there/is/none"), "cannot read /there/is/none: No such file"),
        (("--target-file", "/there/is/no/folder"), "cannot write /there/is/no/folder: No such file"),
        (("--speed", "0"), "--speed"),
        (("--framing", "m-bus"), "--framing"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(arguments: tuple[str, str], sentence: str, refused: Refused):
    assert sentence in refused(*arguments)


def test_an_empty_password_is_refused(tmp_path: Path, refused: Refused):
    empty = tmp_path / "password"
    empty.write_text("\n")
    assert "must hold a password of 1 to 64 bytes" in refused("--lls-password-file", empty)


def test_a_target_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        write_target(tmp_path / "target.toml", {"format": "x"})
    assert list(tmp_path.iterdir()) == []


def test_toml_comes_back_as_it_was():
    import tomllib

    table = {
        "text": 'a "quoted" \\ line\n\x7f\t€',
        "number": -1.5,
        "flag": True,
        "list": ["a", "b"],
        "outer": {"x": 1, "inner": {"odd key!": "y", "empty": []}},
    }
    assert tomllib.loads(to_toml(table)) == table
