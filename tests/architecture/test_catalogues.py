"""Catalogues of sentences: no key is missing or unused, and a further language is one file."""

import json
import re
from pathlib import Path

import pytest

from conformance.evidence.labels import NOTICES
from i18n import Message, UnknownLanguageError, languages
from tools import catalogues

KEYS = catalogues.keys()


def test_every_sentence_is_translated_and_every_translation_used() -> None:
    assert catalogues.faults() == []


def test_a_key_without_words_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_language(tmp_path, "pt", {key: f"¤{key}" for key in KEYS if key != str(NOTICES[0])})
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    (fault,) = catalogues.faults()
    assert "no pt for" in fault


def test_values_that_a_template_does_not_know_are_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {key: key for key in KEYS}
    key = next(key for key in words if catalogues.placeholders(key) == {"name"})
    add_language(tmp_path, "pt", {**words, key: "{other}"})
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    (fault,) = catalogues.faults()
    assert "names other values" in fault


def test_a_third_language_is_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Placeholders in Portuguese: the key behind a mark, and no line of code."""
    from amibench.__main__ import main

    add_language(tmp_path, "pt", {key: f"¤{key}" for key in KEYS})
    monkeypatch.setenv("AMIBENCH_LOCALE", str(tmp_path))
    assert languages() == ("en", "pt")
    assert Message("no {name} station", name="magnet").spoken("pt") == "¤no magnet station"
    monkeypatch.setattr("sys.argv", ["amibench", "certify", "--list", "--lang", "pt", "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    titles = [case["title"] for case in json.loads(capsys.readouterr().out)["cases"]]
    assert titles
    assert all(title.startswith("¤") for title in titles)


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(UnknownLanguageError, match="no catalogue for the language xx"):
        Message("the device does not answer").spoken("xx")


def test_spanish_calls_a_cryptographic_key_llave() -> None:
    """`clave` is a password; decision 0022 fixes the pair."""
    words = catalogues.read(catalogues.po_files()["es"])
    wrong = [said for key, said in words.items() if re.search(r"\bkeys?\b", key) and "clave" in said]
    assert wrong == []


def add_language(locale: Path, lang: str, words: dict[str, str]) -> None:
    """Write the catalogue of a language into a folder."""
    folder = locale / lang / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po, mo = catalogues.written(lang, words)
    (folder / "amibench.po").write_bytes(po)
    (folder / "amibench.mo").write_bytes(mo)
