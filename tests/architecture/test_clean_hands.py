"""What may not be committed: addresses of registries, paths of a machine, keys, outside reads."""

import re
import tomllib
from pathlib import Path

import pytest

TEXT_SUFFIXES = {".py", ".toml", ".md", ".ini", ".txt", ".json", ".html", ".typ", ".css", ".js", ""}
HERE = "test_clean_hands.py"


@pytest.fixture(scope="module")
def texts(tracked: list[Path]) -> dict[Path, str]:
    return {
        path: path.read_text(encoding="utf-8", errors="replace")
        for path in tracked
        if path.suffix in TEXT_SUFFIXES and path.name != HERE
    }


def test_locks_hold_hashes_and_no_addresses(root: Path) -> None:
    locks = sorted((root / "locks").glob("*.txt"))
    assert {path.stem for path in locks} >= {"runtime", "test", "oracles", "bench"}
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path
        pinned = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==", text, flags=re.MULTILINE)
        named = re.findall(r"^[A-Za-z0-9._-]+(?:\[[^\]]+\])?==.*\\$", text, flags=re.MULTILINE)
        assert len(pinned) == len(named), path
        assert text.count("--hash=sha256:") >= len(pinned), path


def test_locks_hold_every_dependency(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    locked = {
        name.lower().replace("_", "-")
        for name in re.findall(
            r"^([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==",
            (root / "locks" / "runtime.txt").read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
    }
    wanted = {re.split(r"[\[<>=~!; ]", line)[0].lower() for line in project["project"]["dependencies"]}
    assert wanted <= locked


def test_one_numpy_for_all_pythons(root: Path) -> None:
    for path in (root / "locks").glob("*.txt"):
        assert len(re.findall(r"^numpy==", path.read_text(encoding="utf-8"), flags=re.MULTILINE)) <= 1, path


@pytest.mark.parametrize("name", ["uv.lock", "pylock.toml", "poetry.lock"])
def test_locks_with_addresses_are_never_committed(tracked: list[Path], name: str) -> None:
    assert name not in {path.name for path in tracked}


def test_no_registry_host_and_no_path_of_a_machine(texts: dict[Path, str]) -> None:
    hosts = re.compile(r"\b(pypi\.org|pythonhosted|registry\.npmjs|deb\.debian\.org)\b")
    paths = re.compile(r"(?<![\w/])/(?:root|work)/\w")
    for path, text in texts.items():
        assert not hosts.search(text), path
        assert not paths.search(text), path


def test_no_test_reads_outside_the_repository(texts: dict[Path, str]) -> None:
    for path, text in texts.items():
        if "tests" in path.parts or "suites" in path.parts:
            assert "../shared" not in text, path


def test_keys_live_in_one_place(texts: dict[Path, str], root: Path) -> None:
    """The published test keys are the only keys, and only `testkeys.py` and the vectors spell them out."""
    vending_key = "ab" * 8 + "94" * 8 + "01234567"
    for path, text in texts.items():
        where = path.relative_to(root)
        if where.parts[0] in ("tests", "docs") or "vectors" in where.parts or where.name == "testkeys.py":
            continue
        assert vending_key not in text.lower(), where
