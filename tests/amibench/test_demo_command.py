"""``amibench demo``: what it refuses, and that nothing stays behind, however it ends."""

import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from started import started

from amibench.__main__ import run
from amibench.commands.demo import RunningDemo, StopRequested, as_line, show, stoppable
from amibench.errors import CommandError
from amibench.office.community import SECRET_NAME, announced_community, random_password
from amibench.office.processes import ProcessGroup

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
FOREIGN = ("DJANGO_", "AMIBENCH_", "DATABASE_")
STS = {
    "sgc": "201457",
    "krn": 1,
    "ti": 1,
    "ken": 255,
    "key_type": 2,
    "ea": "11",
    "dkga": "04",
    "base_date": 2014,
}


def world(homes: int = 8) -> dict[str, Any]:
    meters = [
        {
            "name": f"m{n}",
            "drn": f"{n:011d}",
            "serial": f"{n:08d}",
            "ldn": f"AMB{n}",
            "eui48": "02",
            "sts": STS,
        }
        for n in range(1, homes + 1)
    ]
    return {"sites": [{"meters": meters, "concentrators": []}]}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(FOREIGN):
            monkeypatch.delenv(name)


# ------------------------------------------------------------ refusals


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.7", "example.org", ""])
def test_only_this_machine(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--host", host, "--lang", "en"]) == 3
    assert "this machine alone" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["DATABASE_URL", "AMIBENCH_SECRET_KEY", "AMIBENCH_HOSTS", "DJANGO_SETTINGS_MODULE"]
)
def test_not_beside_a_real_system(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, "something")
    assert run(["demo", "--lang", "es"]) == 3
    assert name in capsys.readouterr().err


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run(["demo", "--port", str(taken.getsockname()[1]), "--lang", "en"]) == 3
    assert "is taken" in capsys.readouterr().err


def test_a_world_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--port", "0", "--scenario", "atlantis", "--lang", "en"]) == 3
    assert "atlantis" in capsys.readouterr().err


# ------------------------------------------------------------ the village and the screen


def test_passwords_are_random_and_long() -> None:
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) == 19 for password in made)


def test_one_user_of_each_role_and_one_home_without_credit() -> None:
    village = announced_community(world())
    assert [user.role for user in village.users] == [
        "cashier",
        "supervisor",
        "operator",
        "administrator",
        "auditor",
    ]
    assert village.first == "m7"
    assert announced_community(world(2)).first == "m2"


def test_concentrators_are_reached_through_both_ports() -> None:
    found = world()
    found["sites"][0]["concentrators"] = [
        {"name": "c1", "dlms": "tcp://127.0.0.1:1?framing=wrapper", "uplink": "tcp://127.0.0.1:2"},
        {"name": "deaf", "web": "http://127.0.0.1:3"},
    ]
    (reached,) = announced_community(found).concentrators
    assert (reached.name, reached.uplink_url) == ("c1", "tcp://127.0.0.1:2")
    assert reached.secret_name == SECRET_NAME


def test_a_world_without_homes() -> None:
    with pytest.raises(CommandError):
        announced_community(world(0))


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_screen_says_where_to_click(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    running = RunningDemo(
        announced_community(world()),
        "http://127.0.0.1:8000/",
        "http://127.0.0.1:8001",
        ("http://127.0.0.1:9",),
        60,
    )
    show(running, lang)
    shown = capsys.readouterr().out
    for words in (running.portal, running.first_unit, running.first_drn, "http://127.0.0.1:9/"):
        assert words in shown
    assert all(user.password in shown for user in running.village.users)
    line = json.loads(as_line(running))
    assert line["users"]["cashier"]["password"] in shown
    assert line["first"]["panel"] == "http://127.0.0.1:8001/meter/m7"


# ------------------------------------------------------------ processes


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[ProcessGroup]:
    made = ProcessGroup(tmp_path, dict(os.environ))
    yield made
    made.end()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_the_watch(processes: ProcessGroup, number: signal.Signals, code: int) -> None:
    before = signal.getsignal(number)
    processes.start("patient", ["json.tool"])
    with pytest.raises(StopRequested) as stopped, stoppable():
        os.kill(os.getpid(), number)
    assert stopped.value.code == code
    assert signal.getsignal(number) == before


# ------------------------------------------------------------ the whole, once


def children_of(pid: int) -> list[int]:
    """Linux tells it; where the system does not, the test is skipped."""
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    if not listing.exists():
        pytest.skip("this system does not tell who started whom")
    return [int(word) for word in listing.read_text().split()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.timeout(180)
def test_a_dead_child_ends_everything_and_nothing_stays(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with started("demo", "--port", 0, "--json", "--lang", "en", env=environment) as running:
        ready = running.ready
        assert [found.name.startswith("amibench-demo-") for found in tmp_path.iterdir()] == [True]
        with urllib.request.urlopen(ready["portal"]) as answer:
            assert answer.status == 200
        with urllib.request.urlopen(ready["panel"] + "/states?lang=es") as answer:
            states = json.load(answer)
        assert "relay" not in states[ready["first"]["name"]]["on"]
        children = children_of(running.process.pid)
        assert len(children) == 5  # field, security module, portal, collector, worker
        os.kill(children[1], signal.SIGKILL)
        code, _, said = running.ended()
    assert code == 3
    assert "the demo cannot go on" in said
    assert list(tmp_path.iterdir()) == []
    assert [pid for pid in children if alive(pid)] == []
