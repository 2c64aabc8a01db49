"""``amibench campaign``: figures over the replicas, rows in a file, the same command goes on."""

import json
from pathlib import Path

import pytest

from amibench.__main__ import run
from amibench.commands import campaign

MINE = '[scenario]\nname = "mine"\ndays = 0.01\n[homes]\ncount = 2\n'


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    return str(file)


@pytest.fixture
def command(capsys, monkeypatch):
    """Runs ``amibench campaign``: exit code, standard output, standard error."""
    monkeypatch.setenv("AMIBENCH_LANG", "en")

    def run_it(*arguments: object) -> tuple[int, str, str]:
        code = run(["campaign", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it


def test_rows_go_into_a_file_and_figures_onto_the_screen(command, scenario: str, tmp_path: Path):
    rows = tmp_path / "rows.jsonl"
    code, out, errors = command(scenario, "--replicas", 2, "--workers", 2, "--out", rows, "--json")
    assert (code, errors) == (0, "")
    said = json.loads(out)
    assert (said["asked"], said["done"]) == (2, 2)
    assert [row["seed"] for row in said["replicas"]] == [1, 2]
    assert said["figures"]["energy.balance_nj"] == {"low": 0.0, "mean": 0.0, "high": 0.0}
    assert len(rows.read_text().splitlines()) == 2
    code, out, _ = command(scenario, "--replicas", 2, "--out", rows)  # all of it is there: nothing runs
    assert code == 0
    assert "digests: 2 different" in out


def test_ctrl_c_keeps_what_is_done(command, scenario: str, tmp_path: Path, monkeypatch):
    def stopped(todo, workers):
        yield {"replica": todo[0].number, "seed": 1, "digest": "d", "summary": {"a": 1}}
        raise KeyboardInterrupt

    monkeypatch.setattr(campaign, "run_on_processes", stopped)
    rows = tmp_path / "rows.jsonl"
    code, out, _ = command(scenario, "--replicas", 3, "--out", rows, "--lang", "es")
    assert code == 130
    assert out.startswith("Interrumpido: 1 de 3 réplicas están hechas y guardadas")
    assert len(rows.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["atlantis", "--replicas", 1], "no world is called"),
        (["teorama_nano", "--replicas", 1, "--wire", "smoke"], "kind must be one of"),
        (["teorama_nano", "--replicas", 0], "--replicas"),
        (["teorama_nano", "--replicas", 1, "--out", "/"], "cannot write"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_3(command, arguments: list, sentence: str):
    code, out, errors = command(*arguments)
    assert (code, out) == (3, "")
    assert sentence in errors
    assert errors.count("\n") == 1


def test_a_cluster_that_is_not_there_is_told_in_spanish(command, scenario: str):
    pytest.importorskip("distributed", reason="Dask is an extra")
    code, _, errors = command(scenario, "--replicas", 1, "--dask", "nonsense://x", "--lang", "es")
    assert code == 3
    assert "la campaña no puede seguir" in errors
