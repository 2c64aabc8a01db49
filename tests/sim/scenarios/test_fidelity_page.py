"""The published table is what the simulators do today, and every row holds."""

from pathlib import Path

import pytest

from tools.pages import fidelity as fidelity_page


def test_every_row_holds() -> None:
    assert list(fidelity_page.failing()) == []


def test_the_page_is_not_stale() -> None:
    page = fidelity_page.PAGE.read_text(encoding="utf-8")
    assert fidelity_page.written(page) == page, "write it anew: python -m tools.pages.fidelity"


def test_a_page_without_marks_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="marks"):
        fidelity_page.written("# no marks here\n")
