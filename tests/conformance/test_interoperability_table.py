"""The table of peers: its file is whole, and the page is made of it as it stands."""

from pathlib import Path

import pytest

from conformance import catalogue
from tools.peers import table
from tools.peers.expectations import TableError, load

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_current() -> None:
    assert table.PAGE.read_text(encoding="utf-8") == table.page(load()), "python -m tools.peers.table"


def test_every_note_is_there() -> None:
    notes = {item.note for item in load().disagreements.values() if item.note is not None}
    assert [note for note in notes if not (DOCS / "spec-notes" / f"{note}.md").is_file()] == []


def test_every_clause_is_of_the_catalogue() -> None:
    known = {clause.number for clause in catalogue.clauses().values() if clause.id.startswith("dlms-yb/")}
    clauses = {
        found.clause.removeprefix("dlms-yb/") for findings in load().suites.values() for found in findings
    }
    assert [clause for clause in sorted(clauses) if clause not in known] == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('access = "no ACCESS"', 'excess = "no ACCESS"', "excess"),
        ('by-entry = "entry-descriptor"', 'by-entry = "nobody-knows"', "nobody-knows"),
        ("[servers.pydlms-client]", "[servers.stranger]", "stranger"),
        ('get-types = "gurux-utf8"\n', "", "gurux-utf8"),
    ],
)
def test_what_is_not_described_is_an_error(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = (Path(table.__file__).parent / "interoperability.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    file = tmp_path / "table.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(TableError, match=complaint):
        load(file)


def test_check_tells_a_stale_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(table, "PAGE", tmp_path / "page.md")
    assert table.main(["--check"]) == 1
    assert table.main([]) == 0
    assert table.main(["--check"]) == 0
    assert "current" in capsys.readouterr().out
