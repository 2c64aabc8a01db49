"""``amibench sim run``: a summary for people and for programs, charts on request, Ctrl-C loses nothing."""

import json
import os
import signal
from pathlib import Path

import pytest

from amibench.__main__ import run
from amibench.commands.sim.run import EXIT_INTERRUPTED
from sim.scenarios.field import FieldWorld

MINE = """
[scenario]
name = "mine"
days = 0.1
[homes]
count = 3
[customers]
"""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    return str(file)


@pytest.fixture
def sim(capsys, monkeypatch):
    """Runs ``amibench sim run``: exit code, standard output, standard error."""
    monkeypatch.setenv("AMIBENCH_LANG", "en")

    def run_it(*arguments: object) -> tuple[int, str, str]:
        code = run(["sim", "run", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it


def test_json_is_all_that_json_prints(sim, scenario: str):
    code, out, errors = sim(scenario, "--json")
    assert (code, errors) == (0, "")
    summary = json.loads(out)
    assert summary["simulated_s"] == 8_640.0
    assert summary["energy"]["balance_nj"] == 0
    assert summary["interrupted"] is False
    assert len(bytes.fromhex(summary["digest"])) == 32


def test_the_same_seed_gives_the_same_digest(sim, scenario: str):
    first, second, other = (
        json.loads(sim(scenario, "--json", "--seed", seed, "--days", 0.02)[1])["digest"] for seed in (1, 1, 2)
    )
    assert first == second != other


def test_people_read_a_summary_in_their_language(sim, scenario: str):
    _, english, _ = sim(scenario, "--days", 0.02)
    _, spanish, _ = sim(scenario, "--days", 0.02, "--lang", "es")
    assert "mine, seed 1, 0.02 days" in english
    for word in ("left over", "hours of service", "the totaliser misses", "registers within their class"):
        assert word in english
    for word in ("sobrante", "horas de servicio", "al totalizador le faltan", "semilla 1"):
        assert word in spanish
    assert english.split()[-1] == spanish.split()[-1]  # the digest knows no language


def test_charts_and_summary_go_into_a_folder(sim, scenario: str, tmp_path: Path):
    out = tmp_path / "here" / "it"
    code, said, _ = sim(scenario, "--out", out, "--json")
    assert code == 0
    names = {file.name for file in out.iterdir()}
    charts = {"supply", "losses", "voltages", "availability", "reads"}
    assert names == {"summary.json"} | {f"{name}.{kind}" for name in charts for kind in ("png", "svg")}
    assert {str(out / name) for name in names} == set(json.loads(said)["files"])
    assert json.loads((out / "summary.json").read_text())["scenario"] == "mine"
    assert (out / "supply.png").read_bytes()[:4] == b"\x89PNG"


def test_the_same_run_draws_the_same_charts(sim, scenario: str, tmp_path: Path):
    drawn = []
    for name in ("a", "b"):
        sim(scenario, "--out", tmp_path / name, "--json")
        drawn.append((tmp_path / name / "supply.png").read_bytes())
    assert drawn[0] == drawn[1]


def test_without_plots_there_is_the_summary_alone(sim, scenario: str, tmp_path: Path):
    sim(scenario, "--out", tmp_path / "out", "--no-plots", "--days", 0.02)
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["summary.json"]


def test_ctrl_c_shows_what_was_done(sim, scenario: str, monkeypatch):
    moved = FieldWorld.run

    def interrupted(world: FieldWorld, until_s: float) -> None:
        moved(world, until_s)
        if until_s >= 1_800:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(FieldWorld, "run", interrupted)
    code, out, _ = sim(scenario)
    assert code == EXIT_INTERRUPTED
    assert out.startswith("Interrupted: what follows is of the 0.02 days")
    code, out, _ = sim(scenario, "--json")
    assert (code, json.loads(out)["interrupted"]) == (EXIT_INTERRUPTED, True)
    assert json.loads(out)["simulated_s"] < 8_640


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["atlantis"], "no world is called 'atlantis'; known: bad_grid"),
        (["gone.toml"], "cannot read gone.toml"),
        (["teorama_nano", "--wire", "smoke"], "kind must be one of generic, prime"),
        (["teorama_nano", "--days", "0"], "greater than or equal to 0.001"),
        (["teorama_nano", "--lang", "de"], "--lang is es or en, not de"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_3(sim, arguments: list[str], sentence: str):
    code, out, errors = sim(*arguments)
    assert (code, out) == (3, "")
    assert sentence in errors
    assert errors.count("\n") == 1


def test_a_wrong_table_is_told_in_both_languages(sim, tmp_path: Path):
    file = tmp_path / "wrong.toml"
    file.write_text('[scenario]\nname = "x"\n[homes]\ncount = -1\n')
    assert "homes.count" in sim(file)[2]
    assert "el escenario no sirve" in sim(file, "--lang", "es")[2]


def test_a_folder_that_cannot_be_made_is_told_before_the_run(sim, scenario: str, tmp_path: Path):
    (tmp_path / "file").write_text("")
    code, _, errors = sim(scenario, "--out", tmp_path / "file" / "folder")
    assert code == 3
    assert "cannot write" in errors
