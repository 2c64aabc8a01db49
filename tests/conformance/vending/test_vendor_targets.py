"""Vending systems as targets: URLs, target files, what they declare to lack."""

from pathlib import Path

import pytest

from conformance.bench import case_selection
from conformance.runner import BenchError, list_cases, run_suites
from conformance.targets import TargetError, load
from conformance.vending.adapters import DEFAULT
from conformance.verdicts import Verdict

HEAD = f'format = "amibench-target/1"\n[link]\nurl = "{DEFAULT}"\n'


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "vendor.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("url", "clock"),
    [
        (DEFAULT, "virtual"),
        ("mutant://vending/even-rnd", "virtual"),
        ("security-module+unix:///run/x", "wall"),
        ("security-module+tls://localhost:9443", "wall"),
    ],
)
def test_a_url_means_a_vending_system(url: str, clock: str):
    target = load(url, seed=1)
    assert (target.vending, target.framing, target.profile, target.clock_kind) == (
        True,
        "requests",
        "vending",
        clock,
    )
    assert target.statement.vending.ea == ("07", "11")


def test_a_meter_is_none():
    target = load(None, seed=1)
    assert (target.vending, target.framing, target.profile) == (False, "wrapper", "ipse-teorama")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("vendor://abc", "no vending system called `abc`; known: security-module"),
        ("mutant://vending/abc", "no vendor mutant called `abc`; known: clears-electricity-for-all"),
        ("prism+tcp://localhost", "unknown scheme `prism\\+tcp`.*security-module\\+unix"),
    ],
)
def test_unknown_names_are_one_sentence(url: str, sentence: str):
    with pytest.raises(TargetError, match=sentence):
        load(url, seed=1)


def test_a_file_declares_algorithms_and_what_is_absent(tmp_path: Path):
    path = write(tmp_path, HEAD + '[vending]\nea = ["07"]\nabsent = ["currency", "card"]\n')
    evidence = run_suites(load(path, seed=1), profile="vending")
    assert evidence.verdict is Verdict.CONFORMS
    verdicts = {case.id: (case.verdict, case.reason.en) for case in evidence.cases}
    assert verdicts["vending/CTSA01/published-ea07"][0] is Verdict.CONFORMS
    absent = {
        "vending/CTSA01/published-ea11": "EA11",
        "vending/CTSA20/published-ea07": "credit in currency",
        "vending/CTSA18/card": "cards with a date of expiry",
    }
    for case, words in absent.items():
        assert verdicts[case] == (Verdict.NOT_IMPLEMENTED, f"the system declares not to offer {words}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + "[vending]\nea = []\n", "vending.ea"),
        (HEAD + '[vending]\nabsent = ["water"]\n', "vending.absent"),
        (HEAD + "[vending]\nspeed = 1\n", r"unknown key `speed` in \[vending\]"),
        ('[link]\nurl = "tcp://localhost:1"\n[vending]\n', "must begin with vendor, security-module"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, text: str, sentence: str):
    with pytest.raises(TargetError, match=sentence):
        load(write(tmp_path, text), seed=1)


def test_nobody_at_the_socket_is_an_error_at_start(tmp_path: Path):
    with pytest.raises(BenchError, match="the vending system cannot be reached: nobody answers"):
        run_suites(load(f"security-module+unix://{tmp_path}/socket", seed=1), profile="vending")


def test_words_of_needs_are_closed():
    assert case_selection.known_vending_need("vending")
    assert case_selection.known_vending_need("vending:currency")
    assert not case_selection.known_vending_need("vending:speed")
    assert not case_selection.known_vending_need("selling")


def test_an_interrupted_choice_touches_no_vendor(tmp_path: Path):
    """Listing the cases opens nothing."""
    cases = list_cases(load(f"security-module+unix://{tmp_path}/socket", seed=1), profile="vending")
    assert len(cases) >= 70
    assert all(case.gate is None for case in cases)
