"""``amibench pos``: from an empty folder to a served terminal, and what it refuses in one sentence."""

import json
import os
import signal
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from terminal_world import PASSPHRASE, PaperOffice

from amibench.__main__ import run as run_amibench
from protocols.offline import fingerprint
from protocols.offline.messages import Batch, open_enrolment
from system.config.clock import WallBusinessClock
from system.terminal.open_terminal import OpenTerminal
from system.terminal.services import read_office

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])  # put back afterwards
    monkeypatch.setenv("AMIBENCH_POS_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("AMIBENCH_LANG", "en")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_amibench(["pos", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def refused(done: tuple[int, str, str]) -> str:
    """The one sentence of a command that refused."""
    code, out, error = done
    assert code == 3
    assert out == ""
    assert error.startswith("amibench: ")
    assert error.count("\n") == 1
    return error


@pytest.fixture
def made(run: Run) -> dict[str, Any]:
    code, out, _ = run("init", "t", "--serial", "SN-1", "--name", "Datáfono", "--kdf-cost", "10", "--json")
    assert code == 0
    said: dict[str, Any] = json.loads(out)
    return said


@pytest.fixture
def office(made: dict[str, Any]) -> PaperOffice:
    """An office whose keys.json and pack.json lie beside the terminal."""
    paper = PaperOffice()
    Path("keys.json").write_bytes(paper.keys())
    with OpenTerminal.open(Path("t"), PASSPHRASE, WallBusinessClock()) as desk:
        Path("pack.json").write_bytes(paper.next_pack(desk))
    return paper


@pytest.mark.requirement("R5.4-06")
def test_from_an_empty_folder_to_a_batch(run: Run, made: dict[str, Any], office: PaperOffice) -> None:
    enrolment = open_enrolment(Path(made["file"]).read_bytes())
    assert (str(enrolment.terminal_id), enrolment.name) == (made["terminal_id"], "Datáfono")
    assert made["fingerprint"] == fingerprint(enrolment.signing_public)
    assert stat.S_IMODE(Path("t").stat().st_mode) == 0o700
    prints = read_office(office.keys())[1]
    both = ("--office", prints.office, "--module", prints.module)
    assert json.loads(run("import", "t", "keys.json", *both, "--json")[1]) == {"loaded": "office-keys"}
    assert json.loads(run("import", "t", "pack.json", "--json")[1])["new"] is True
    assert json.loads(run("import", "t", "pack.json", "--json")[1])["new"] is False
    code, out, _ = run("export", "t", "batch.json", "--json")
    assert (code, json.loads(out)) == (0, {"file": "batch.json", "entries": 1})
    batch = Batch.open(Path("batch.json").read_bytes(), enrolment.signing_public)
    assert [entry.kind for entry in batch.entries] == ["pack-loaded"]
    said = json.loads(run("status", "t", "--json")[1])
    assert (said["pack"], said["entries"], said["sales"], said["under_way"]) == (1, 1, 0, False)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_status_for_people(run: Run, made: dict[str, Any], lang: str) -> None:
    code, out, _ = run("status", "t", "--lang", lang)
    assert code == 0
    assert {"es": "todavía ninguno", "en": "none yet"}[lang] in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("init", "t", "--serial", "a", "--name", "b"), "holds a terminal"),
        (("import", "t", "missing.json"), "cannot read missing.json"),
        (("import", "t", "keys.json"), "the office is not known yet"),
        (("import", "t", "keys.json", "--office", "1", "--module", "2"), "not the fingerprints"),
        (("import", "t", "pack.json"), "does not know its office"),
        (("import", "t", "t/enrolment.json"), "of another kind (enrolment)"),
        (("import", "t", "junk.json"), "no message of amibench"),
        (("export", "t", "keys.json"), "keys.json exists"),
        (("export", "t", "no/such/place.json"), "cannot write"),
        (("status", "nowhere"), "no terminal's folder"),
        (("serve", "nowhere"), "no terminal's folder"),
        (("status", "t", "--lang", "fr"), "--lang is es or en"),
        (("serve", "t", "--port", "99999"), "65535"),
    ],
)
def test_one_sentence_and_three(run: Run, office: PaperOffice, arguments: tuple[str, ...], said: str) -> None:
    Path("junk.json").write_bytes(b"{")
    assert said in refused(run(*arguments))


def test_the_sentence_speaks_spanish(run: Run, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no es la carpeta de un terminal" in refused(run("status", "nowhere", "--lang", "es"))
    monkeypatch.setenv("AMIBENCH_POS_PASSPHRASE", "otra")
    assert "No se abre el contador seguro" in refused(run("export", "t", "x.json", "--lang", "es"))


def test_a_name_that_no_message_holds_makes_nothing(run: Run) -> None:
    assert "name" in refused(run("init", "t", "--serial", "a", "--name", "x" * 300, "--kdf-cost", "10"))
    assert list(Path().iterdir()) == []


def test_it_serves_until_it_is_told(run: Run, office: PaperOffice, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    served = subprocess.Popen(
        [sys.executable, "-m", "amibench", "pos", "serve", "t", "--port", "0", "--json"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert served.stdout is not None
        line = served.stdout.readline()
        assert line, served.communicate()[1]
        with urllib.request.urlopen(json.loads(line)["url"] + "oficina/", timeout=30) as page:
            assert "Inscriba este terminal" in page.read().decode()
        assert "another process" in refused(run("export", "t", "x.json"))
        assert run("status", "t")[0] == 0  # anybody may look
    finally:
        served.send_signal(signal.SIGINT)
        _, complaints = served.communicate(timeout=30)
    assert served.returncode == 0, complaints
