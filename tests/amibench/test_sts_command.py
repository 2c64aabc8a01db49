"""``amibench sts vectors``: what it prints, what it returns, how it refuses a file."""

import json
from pathlib import Path
from typing import Any

import pytest

from amibench.__main__ import run
from conformance.vectors import path

FILE = path("sts_vectors.json")
PASSING = "CTSA01-EA07-step2"


@pytest.fixture(scope="module")
def shipped() -> dict[str, dict[str, Any]]:
    return {vector["id"]: vector for vector in json.loads(FILE.read_text(encoding="utf-8"))["vectors"]}


@pytest.fixture
def write(tmp_path: Path):
    def write(*vectors: Any) -> str:
        target = tmp_path / "vectors.json"
        target.write_text(json.dumps({"vectors": vectors}), encoding="utf-8")
        return str(target)

    return write


def bare(vector: dict[str, Any]) -> dict[str, Any]:
    """Only what the command may look at, without the expected token."""
    return {name: vector[name] for name in ("id", "token_class", "token_subclass", "inputs")}


def test_the_shipped_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sts", "vectors", str(FILE)]) == 0
    assert capsys.readouterr().out == "437 passed, 0 failed, 0 unknown\n"


def test_json_is_a_list_and_nothing_else(capsys: pytest.CaptureFixture[str], shipped) -> None:
    assert run(["sts", "vectors", str(FILE), "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in entries] == list(shipped)
    for entry in entries:
        assert set(entry) == {"id", "token", "decoder_key", "decoded"}
        if entry["token"] is not None:
            assert entry["token"] == shipped[entry["id"]]["token"]
            assert entry["decoder_key"] == shipped[entry["id"]].get("decoder_key")


def test_inputs_alone_are_enough(write, shipped, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sts", "vectors", write(*map(bare, shipped.values())), "--json"]) == 0
    for entry in json.loads(capsys.readouterr().out):
        assert entry["token"] in (None, shipped[entry["id"]]["token"])


def test_lying_fields_are_not_looked_at(write, shipped, capsys: pytest.CaptureFixture[str]) -> None:
    liar = {**shipped[PASSING], "decoder_key": "00" * 8, "fields": {"tid": 1}, "data_block_hex": "0" * 16}
    assert run(["sts", "vectors", write(liar)]) == 0
    assert capsys.readouterr().out == "1 passed, 0 failed, 0 unknown\n"


def test_failures_are_told_and_exit_1(write, shipped, capsys: pytest.CaptureFixture[str]) -> None:
    other = {**shipped[PASSING], "id": "other", "token": "0" * 20}
    broken = bare(shipped[PASSING]) | {"id": "broken", "inputs": {**shipped[PASSING]["inputs"], "rnd": None}}
    unknown = {"token_class": 3, "token_subclass": 1, "inputs": {}}
    file = write(other, broken, unknown, shipped[PASSING])
    assert run(["sts", "vectors", file, "--lang", "en"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "other: expected 00000000000000000000, minted 25510558010932506821",
        "broken: the input rnd is missing",
        "1 passed, 2 failed, 1 unknown",
    ]
    assert run(["sts", "vectors", file, "--json"]) == 1
    entries = json.loads(capsys.readouterr().out)
    assert [entry.get("error") for entry in entries] == [None, "the input rnd is missing", None, None]
    assert [entry["token"] for entry in entries] == [
        "25510558010932506821",
        None,
        None,
        "25510558010932506821",
    ]
    assert entries[2] == {"id": "#3", "token": None, "decoder_key": None, "decoded": None}


def test_it_speaks_spanish(write, shipped, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sts", "vectors", write({**shipped[PASSING], "token": "1" * 20}), "--lang", "es"]) == 1
    assert "se esperaba 11111111111111111111" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not JSON"),
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("5", "needs a list called vectors"),
        ('{"vectors": {}}', "needs a list called vectors"),
        ('{"vectors": [7]}', "vector 1 needs to be an object"),
        ('{"vectors": [{"token_class": 0, "token_subclass": 0}]}', "an object called inputs"),
        ('{"vectors": [{"inputs": {}}]}', "whole numbers token_class"),
        ('{"vectors": [{"inputs": {}, "token_class": 4, "token_subclass": 0}]}', "whole numbers token_class"),
        (
            '{"vectors": [{"inputs": {}, "token_class": true, "token_subclass": 0}]}',
            "whole numbers token_class",
        ),
        ('{"vectors": [{"inputs": {}, "token_class": 0, "token_subclass": 0, "token": 5}]}', "as text"),
    ],
)
def test_bad_files_are_one_sentence_and_exit_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, says: str
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(content, encoding="utf-8")
    for options in ([], ["--json"]):
        assert run(["sts", "vectors", str(bad), "--lang", "en", *options]) == 3
        captured = capsys.readouterr()
        assert captured.out == ""
        assert says in captured.err
        assert len(captured.err.splitlines()) == 1


def test_missing_and_unreadable_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin.json").write_bytes(b'{"vectors": ["\xe9"]}')
    for name, says in (("nowhere.json", "cannot read"), ("", "cannot read"), ("latin.json", "is not JSON")):
        assert run(["sts", "vectors", str(tmp_path / name), "--lang", "en"]) == 3
        assert says in capsys.readouterr().err


def test_hostile_text_stays_on_its_line(write, shipped, capsys: pytest.CaptureFixture[str]) -> None:
    file = write({**shipped[PASSING], "id": "a\nb\ud800", "token": "\x1b[2J"})
    assert run(["sts", "vectors", file, "--lang", "en"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert run(["sts", "vectors", file, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["id"] == "a\nb\ud800"


def test_a_bare_list_will_do(tmp_path: Path, shipped) -> None:
    target = tmp_path / "list.json"
    target.write_text(json.dumps([bare(shipped[PASSING])]), encoding="utf-8")
    assert run(["sts", "vectors", str(target)]) == 0
