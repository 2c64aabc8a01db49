"""What the architecture tests look at: the tree of the project as git would commit it."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("amibench", "conformance", "i18n", "links", "protocols", "sim", "system")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """Every file of the project: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [root / line for line in listed.stdout.splitlines() if (root / line).is_file()]


@pytest.fixture(scope="session")
def modules(tracked: list[Path], root: Path) -> list[Path]:
    """The Python modules of the product's rooms; near-empty `__init__` files and migrations are left out."""
    return [
        path
        for path in tracked
        if path.suffix == ".py"
        and path.relative_to(root).parts[0] in ROOMS
        and "migrations" not in path.parts
        and not (path.name == "__init__.py" and len(path.read_text(encoding="utf-8").splitlines()) < 15)
    ]
