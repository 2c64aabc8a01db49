"""All six artefacts or none, and the same bytes for the same evidence."""

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from conformance.evidence import EvidenceError, bundle, check_writable, write_all
from conformance.evidence.model import Evidence

NAMES = ["evidence.json", "report.html", "report.pdf", "junit.xml", "matrix.xlsx", "frames.pcap"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_six_artefacts_in_a_new_folder(evidence: Evidence, tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    assert write_all(evidence, out, "es") == [out / name for name in NAMES]
    assert sorted(contents(out)) == sorted(NAMES)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_twice_the_same_bytes(evidence: Evidence, tmp_path: Path, lang: str) -> None:
    write_all(evidence, tmp_path / "one", lang)
    write_all(evidence, tmp_path / "two", lang)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_both_reports_carry_the_digest_of_the_record(evidence: Evidence, tmp_path: Path) -> None:
    write_all(evidence, tmp_path, "es")
    digest = hashlib.sha256((tmp_path / "evidence.json").read_bytes()).hexdigest()
    assert digest in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_earlier_artefacts_are_replaced_and_other_files_stay(evidence: Evidence, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_all(evidence, tmp_path, "es")
    write_all(dataclasses.replace(evidence, seed=2), tmp_path, "es")
    assert json.loads((tmp_path / "evidence.json").read_text(encoding="utf-8"))["seed"] == 2
    assert sorted(contents(tmp_path)) == sorted([*NAMES, "notes.txt"])
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_writer_that_fails_leaves_the_earlier_artefacts(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(evidence, tmp_path, "es")
    before = contents(tmp_path)
    monkeypatch.setitem(bundle.RENDERERS, "frames.pcap", failing_renderer)
    with pytest.raises(RuntimeError):
        write_all(dataclasses.replace(evidence, seed=2), tmp_path, "es")
    assert contents(tmp_path) == before


def failing_renderer(_material: object) -> bytes:
    raise RuntimeError("no ink")


@pytest.mark.parametrize("at", range(len(NAMES)))
@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_move_that_fails_puts_the_earlier_artefacts_back(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, stop: BaseException
) -> None:
    write_all(evidence, tmp_path, "es")
    (tmp_path / "junit.xml").unlink()
    before = contents(tmp_path)
    fail_when_placing(monkeypatch, tmp_path / NAMES[at], stop)
    with pytest.raises((EvidenceError, KeyboardInterrupt)):
        write_all(dataclasses.replace(evidence, seed=2), tmp_path, "es")
    monkeypatch.undo()
    assert contents(tmp_path) == before


def test_a_folder_made_for_nothing_is_taken_away(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a" / "b"
    fail_when_placing(monkeypatch, out / NAMES[2], OSError(28, "No space left on device"))
    with pytest.raises(EvidenceError, match="No space left on device"):
        write_all(evidence, out, "es")
    assert list(tmp_path.iterdir()) == []


def fail_when_placing(monkeypatch: pytest.MonkeyPatch, place: Path, stop: BaseException) -> None:
    """The first move to `place` stops with `stop`; the ones that put things back go through."""
    replace, stopped = Path.replace, []

    def replace_until(source: Path, target: Path) -> Path:
        if target == place and not stopped:
            stopped.append(source)
            raise stop
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", replace_until)


def test_a_file_in_the_way_of_the_folder(evidence: Evidence, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("mine", encoding="utf-8")
    for out in (blocked, blocked / "below"):
        with pytest.raises(EvidenceError, match="--out"):
            check_writable(out)
        with pytest.raises(EvidenceError, match="--out"):
            write_all(evidence, out, "es")
    assert contents(tmp_path) == {"file": b"mine"}


def test_a_folder_in_the_way_of_an_artefact(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").mkdir()
    with pytest.raises(EvidenceError, match=r"report\.pdf is a folder"):
        check_writable(tmp_path)


def test_a_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_where: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("conformance.evidence.bundle.tempfile.mkdtemp", refuse)
    with pytest.raises(EvidenceError, match="Permission denied") as caught:
        check_writable(tmp_path / "new")
    assert caught.value.spoken("es").startswith("la carpeta de evidencia")


def test_checking_changes_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b")
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []
