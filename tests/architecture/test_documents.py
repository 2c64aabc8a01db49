"""What the pages promise is true: examples run, links lead somewhere, the two READMEs say the same."""

import doctest
import re
import tomllib
from pathlib import Path

import pytest

from amibench.__main__ import COMMANDS
from conformance import catalogue
from conformance.targets.model import Statement
from tools.pages import requirements
from tools.pages import requirements as requirements_page

PAGES = ["README.md", "README.es.md", "CONTRIBUTING.md"]


@pytest.fixture(scope="module")
def pages(root: Path) -> list[Path]:
    return [root / name for name in PAGES] + sorted((root / "docs").rglob("*.md"))


def test_the_examples_of_the_readme_run(root: Path) -> None:
    result = doctest.testfile(str(root / "README.md"), module_relative=False)
    assert result.attempted > 0
    assert result.failed == 0


def test_links_between_pages_lead_somewhere(pages: list[Path]) -> None:
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_commands_in_the_pages_exist(pages: list[Path]) -> None:
    for page in pages:
        for command in re.findall(r"python3 run\.py ([a-z][\w-]*)", page.read_text(encoding="utf-8")):
            assert command in {*COMMANDS, "test"}, f"{page.name}: {command}"


def test_the_target_file_of_the_manual_is_valid(root: Path) -> None:
    text = (root / "docs" / "how-to" / "certify-a-meter.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    assert example is not None
    statement = Statement.model_validate(tomllib.loads(example[1]))
    assert statement.stations["keypad"].driver == "operator"


def test_the_two_readmes_have_the_same_chapters(root: Path) -> None:
    chapters = [
        len(re.findall(r"^## ", (root / name).read_text(encoding="utf-8"), flags=re.MULTILINE))
        for name in ("README.md", "README.es.md")
    ]
    assert chapters[0] == chapters[1] > 5


def test_the_requirements_page_is_not_stale() -> None:
    now = requirements_page.PAGE.read_text(encoding="utf-8")
    assert requirements_page.written(now) == now, "write it anew: python -m tools.pages.requirements"


def test_every_row_that_a_mark_or_a_clause_names_is_one_of_the_specification() -> None:
    assert requirements_page.unknown(requirements.marks_by_row()) == {}
    assert requirements_page.unknown(requirements.cases_by_row()) == {}


def test_the_page_of_requirements_knows_every_row_beside_a_clause() -> None:
    beside = {row for clause in catalogue.clauses().values() for row in clause.requirements}
    assert set(requirements.cases_by_row()) == beside


def test_a_page_without_marks_is_named() -> None:
    with pytest.raises(ValueError, match="marks"):
        requirements_page.written("# no marks here\n")
