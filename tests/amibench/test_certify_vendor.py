"""``amibench certify`` on a vending system: what it tries where little is said, and what it answers."""

import json
from pathlib import Path

import pytest

from amibench.__main__ import run


def certify(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict:
    assert run(["certify", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def evidence(folder: Path) -> dict:
    return json.loads((folder / "evidence.json").read_text(encoding="utf-8"))


def test_the_vendor_suite_alone_tries_our_own_module(capsys, tmp_path: Path):
    said = certify(capsys, "--suite", "vending", "--only", "CTSA17", "--out", str(tmp_path))
    assert (said["verdict"], said["exit_code"]) == ("conforms", 0)
    seen = evidence(tmp_path)
    assert seen["link"] == {"scheme": "vendor", "framing": "requests", "clock": "virtual"}
    assert (seen["profile"], seen["run"]["target"]) == ("vending", "vendor://security-module")
    assert len(said["artefacts"]) == 6


def test_a_vendor_brings_its_profile(capsys, tmp_path: Path):
    arguments = ["mutant://vending/ignores-check-digit", "--only", "CTSA17", "--out", str(tmp_path)]
    assert certify(capsys, *arguments, code=1)["verdict"] == "fails"
    assert evidence(tmp_path)["suites"] == ["vending"]


def test_with_other_suites_the_meter_is_tried(capsys):
    cases = certify(capsys, "--suite", "vending,sts", "--list")["cases"]
    gates = {case["suite"]: case["not_applicable"] for case in cases}
    assert gates["vending"] == "the target is a meter"


def test_the_wrong_suite_for_a_vendor_applies_nowhere(capsys, tmp_path: Path):
    arguments = ["vendor://security-module", "--suite", "sts", "--out", str(tmp_path)]
    said = certify(capsys, *arguments, code=2)
    assert {name for name, count in said["counts"].items() if count} == {"not-applicable"}


def test_a_stranger_is_one_sentence(capsys):
    assert run(["certify", "vendor://abc"]) == 3
    assert "no vending system called `abc`" in capsys.readouterr().err
