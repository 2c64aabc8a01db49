"""An office that a command starts: the environment of its processes, its keys, its staff, its processes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from amibench.errors import CommandError
from amibench.office.community import SECRET_NAME, key_tables, staff, write_meter_keys
from amibench.office.processes import (
    ChildDiedError,
    ProcessGroup,
    control_file,
    module_socket,
    process_environment,
)
from amibench.office.security_module import OPERATORS
from system.accounts.permissions import Role
from system.head_end.acquisition import parse_key_file, read_key_file

# ------------------------------------------------------------ environment, keys, staff


def test_nothing_of_a_real_system_reaches_the_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@host/books")
    monkeypatch.setenv("AMIBENCH_HOSTS", "venta.example")
    given = process_environment(tmp_path)
    assert "DATABASE_URL" not in given
    assert "AMIBENCH_HOSTS" not in given
    assert given["DJANGO_SETTINGS_MODULE"] == "system.config.settings.demo"
    assert given["AMIBENCH_SECRET_KEY"] != process_environment(tmp_path)["AMIBENCH_SECRET_KEY"]


def test_leases_last_as_long_on_the_wall_at_any_speed(tmp_path: Path) -> None:
    assert process_environment(tmp_path, 0.5)["AMIBENCH_LEASE_S"] == "90"
    assert process_environment(tmp_path, 60.0)["AMIBENCH_LEASE_S"] == "5400"


def test_places_are_told_to_the_processes(tmp_path: Path) -> None:
    given = process_environment(tmp_path)
    assert given["AMIBENCH_SECURITY_MODULE"] == f"unix://{module_socket(tmp_path)}"
    assert given["AMIBENCH_WORLD_CONTROL"] == str(control_file(tmp_path))
    assert given["TMPDIR"] == str(tmp_path)


def test_the_key_file_is_private_and_opens_the_uplink(tmp_path: Path) -> None:
    control = tmp_path / "control.toml"
    control.write_text('[uplink]\nsecret = "hush"\n')
    file = write_meter_keys(tmp_path / "meters.toml", control)
    assert file.stat().st_mode & 0o777 == 0o600
    book = read_key_file(file)
    assert book.secret(SECRET_NAME) == b"hush"
    assert book.keys_of("hls-gmac").keys is not None
    control.write_text("")
    with pytest.raises(CommandError, match="uplink"):
        write_meter_keys(file, control)


def test_key_file_and_tables_say_the_same(tmp_path: Path) -> None:
    control = tmp_path / "control.toml"
    control.write_text('[uplink]\nsecret = "hush_-9"\n')
    filed, told = (
        read_key_file(write_meter_keys(tmp_path / "m.toml", control)),
        parse_key_file(key_tables("hush_-9")),
    )
    assert filed.secret(SECRET_NAME) == told.secret(SECRET_NAME)
    assert filed.keys_of("hls-gmac") == told.keys_of("hls-gmac")


def test_everybody_has_a_password_and_who_signs_works_here() -> None:
    passwords = iter("abcde")
    users = staff(lambda: next(passwords))
    assert "".join(user.password for user in users) == "abcde"
    assert {user.role for user in users} <= {role.value for role in Role}
    assert set(OPERATORS) <= {user.username for user in users}


# ------------------------------------------------------------ processes


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[ProcessGroup]:
    made = ProcessGroup(tmp_path, dict(os.environ))
    yield made
    made.end()


def test_a_child_says_lines(processes: ProcessGroup) -> None:
    child = processes.start("echo", ["json.tool", "--compact"])
    child.send_last_line('{"ready": true}')
    assert child.read_line() == {"ready": True}
    processes.finish(child)


@pytest.mark.parametrize("words", [["platform"], ["no_such_module_here"], ["json.tool", "/nowhere.json"]])
def test_a_child_that_says_something_else(processes: ProcessGroup, words: list[str]) -> None:
    child = processes.start("liar", words)
    with pytest.raises(ChildDiedError, match="liar"):
        child.read_line()


def test_a_child_that_fails(processes: ProcessGroup) -> None:
    with pytest.raises(ChildDiedError, match="No module"):
        processes.finish(processes.start("none", ["no_such_module_here"]))


def test_a_child_that_dies_ends_the_watch(processes: ProcessGroup) -> None:
    patient = processes.start("patient", ["json.tool"])
    dying = processes.start("dying", ["json.tool"])
    dying.process.kill()
    with pytest.raises(ChildDiedError, match="dying"):
        processes.watch()
    processes.end()
    assert patient.process.poll() is not None
