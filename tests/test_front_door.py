"""`run.py`: says what it lacks in one sentence, keeps standard output clean, installs once."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def front_door(tmp_path: Path) -> ModuleType:
    """A fresh copy of run.py's module that believes it stands in an empty checkout."""
    specification = importlib.util.spec_from_file_location("front_door", ROOT / "run.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    module.ROOT = tmp_path
    module.VENV = tmp_path / ".venv"
    module.STAMP = module.VENV / "stamp.txt"
    module.PYTHON = module.VENV / "bin" / "python"
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    for kind in ("run", "test"):
        module.LOCKS[kind] = tmp_path / f"{kind}.txt"
        module.LOCKS[kind].write_text("simpy==4.1.2\n", encoding="utf-8")
    return module


class Recorder:
    """Stands in for subprocess.run and for the hand-over."""

    def __init__(self, returncode: int = 0) -> None:
        self.commands: list[list[str]] = []
        self.returncode = returncode

    def __call__(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        if command[1:3] == ["-m", "venv"] and not self.returncode:
            (Path(command[3]) / "bin").mkdir(parents=True)
            (Path(command[3]) / "bin" / "python").touch()
        return subprocess.CompletedProcess(command, self.returncode, "", "")

    def pip_installs(self) -> int:
        return sum("install" in command for command in self.commands)


def test_without_venv_it_names_the_package_to_install(
    front_door: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(front_door.subprocess, "run", Recorder(returncode=1))
    with pytest.raises(SystemExit) as ended:
        front_door.ensure("run")
    said = capsys.readouterr()
    assert ended.value.code == 3
    assert "apt install python3-venv" in said.err
    assert said.out == ""
    assert not front_door.VENV.exists()


def test_it_installs_once_and_again_only_when_the_lock_changes(
    front_door: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    monkeypatch.setattr(front_door.subprocess, "run", recorder)
    front_door.ensure("run")
    first = recorder.pip_installs()
    front_door.ensure("run")
    assert recorder.pip_installs() == first == 2
    front_door.LOCKS["run"].write_text("simpy==4.1.3\n", encoding="utf-8")
    front_door.ensure("run")
    assert recorder.pip_installs() == 4
    assert sum(command[1:3] == ["-m", "venv"] for command in recorder.commands) == 1


def test_the_test_environment_serves_for_running_too(
    front_door: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    monkeypatch.setattr(front_door.subprocess, "run", recorder)
    front_door.ensure("test")
    installs = recorder.pip_installs()
    front_door.ensure("run")
    assert recorder.pip_installs() == installs


@pytest.mark.parametrize(
    ("arguments", "handed_on"),
    [
        (["certify", "--list"], ["-m", "amibench", "certify", "--list"]),
        (["test", "-e", "lint"], ["-m", "tox", "run", "--conf", "CONF", "-e", "lint"]),
    ],
)
def test_arguments_go_on_unchanged(
    front_door: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], handed_on: list[str]
) -> None:
    handed: list[list[str]] = []
    monkeypatch.setattr(front_door, "ensure", lambda kind: None)
    monkeypatch.setattr(front_door, "hand_over", handed.append)
    front_door.main(arguments)
    expected = [word if word != "CONF" else str(front_door.ROOT / "tox.ini") for word in handed_on]
    assert handed[0][1:] == expected


def test_nothing_but_the_answer_on_standard_output() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "amibench", "no-such-command"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("amibench: ")
    assert done.stderr.count("\n") == 1


def test_without_arguments_it_says_where_to_begin(
    front_door: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    front_door.main([])
    assert len(capsys.readouterr().out.splitlines()) == 5
