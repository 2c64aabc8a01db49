"""How marks are found in the source of tests."""

from pathlib import Path
from textwrap import dedent

import pytest

from conformance.requirements import rows
from tools.pages.requirements import marks_by_row, unknown


def found(folder: Path, source: str) -> dict[str, list[str]]:
    (folder / "test_it.py").write_text(dedent(source), encoding="utf-8")
    return marks_by_row(folder, folder)


def test_a_mark_on_a_function_may_name_several_rows(tmp_path: Path):
    source = """
    import pytest

    @pytest.mark.requirement("R3-02", "R5-01")
    @pytest.mark.parametrize("n", [1, 2])
    def test_one(n): ...

    async def test_without(): ...

    @pytest.mark.requirement("R3-02")
    async def test_two(): ...

    @pytest.mark.requirement("R1-01")
    def helper(): ...
    """
    assert found(tmp_path, source) == {
        "R3-02": ["test_it.py::test_one", "test_it.py::test_two"],
        "R5-01": ["test_it.py::test_one"],
    }


@pytest.mark.parametrize(
    "marks", ['pytest.mark.requirement("R4-04")', '[pytest.mark.x, pytest.mark.requirement("R4-04")]']
)
def test_a_mark_of_a_module_or_a_class_holds_for_all_inside(tmp_path: Path, marks: str):
    source = f"""
import pytest
pytestmark = {marks}

def test_one(): ...

@pytest.mark.requirement("R5-09")
class TestMore:
    def test_two(self): ...
"""
    assert found(tmp_path, source) == {
        "R4-04": ["test_it.py::TestMore::test_two", "test_it.py::test_one"],
        "R5-09": ["test_it.py::TestMore::test_two"],
    }


def test_what_only_talks_of_a_requirement_bears_none(tmp_path: Path):
    assert found(tmp_path, '"""requirement("R3-02")"""\ndef test_one():\n    text = "requirement"\n') == {}


def test_a_row_that_there_is_not_is_named_with_its_test():
    assert unknown({"R9-99": ["a::b"], "R3-02": ["c::d"]}) == {"R9-99": ["a::b"]}
    assert "R4.1-11c" in rows()
