"""The rails of decision 0002: literal root packages stay safe only while these hold."""

import ast
import importlib.metadata
import tomllib
from pathlib import Path

import pytest

from conformance import mutants

ROOTS = ("amibench", "conformance", "i18n", "links", "protocols", "sim", "system")


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def imported_names(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_the_wheel_names_its_packages(project: dict) -> None:
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert sorted(packages) == sorted(ROOTS)


def test_no_other_distribution_provides_a_root_package() -> None:
    providers = importlib.metadata.packages_distributions()
    foreign = {root: set(providers.get(root, [])) - {"amibench"} for root in ROOTS}
    assert {root: names for root, names in foreign.items() if names} == {}


def test_tests_are_no_package_and_nobody_imports_them(tracked: list[Path], root: Path) -> None:
    for path in tracked:
        if path.suffix != ".py":
            continue
        where = path.relative_to(root)
        assert not (where.parts[0] in ("tests", "benchmarks") and path.name == "__init__.py"), where
        assert not any(name.split(".")[0] in ("tests", "benchmarks") for name in imported_names(path)), where


def test_pytest_imports_by_path(project: dict) -> None:
    assert "--import-mode=importlib" in project["tool"]["pytest"]["ini_options"]["addopts"]


def test_relative_imports_are_banned(project: dict) -> None:
    assert project["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["ban-relative-imports"] == "all"


def test_the_command_carries_the_product_name(project: dict) -> None:
    assert list(project["project"]["scripts"]) == ["amibench"]


def test_every_room_says_what_it_is(root: Path) -> None:
    rooms = [path.parent for path in root.glob("*/__init__.py")]
    assert {room.name for room in rooms} >= set(ROOTS)
    for room in rooms:
        tree = ast.parse((room / "__init__.py").read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{room.name} has no docstring"


def test_sim_and_protocols_never_name_a_mutant(modules: list[Path], root: Path) -> None:
    names = [spelling for name in mutants.names() for spelling in (name, name.replace("-", "_"))]
    assert names
    for path in modules:
        if path.relative_to(root).parts[0] in ("sim", "protocols"):
            text = path.read_text(encoding="utf-8")
            assert [name for name in names if name in text] == [], path


def test_only_the_clocks_read_a_clock(root: Path) -> None:
    """Exceptions to the ban on clocks are rare and sit where time enters: links and the composition root."""
    allowed = ("links", "amibench", "conformance", "tests", "benchmarks")
    for path in root.glob("*/**/*.py"):
        where = path.relative_to(root)
        if where.parts[0] in ROOTS and "noqa: TID251" in path.read_text(encoding="utf-8"):
            assert where.parts[0] in allowed, where


def test_the_product_imports_no_tool(modules: list[Path], root: Path) -> None:
    """Page generators, peers and dissectors are not in the wheel, so nothing in it may need them."""
    for path in modules:
        if path.relative_to(root).parts[0] in ROOTS:
            assert not any(name.split(".")[0] == "tools" for name in imported_names(path)), path
