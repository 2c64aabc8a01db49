"""Vectors and captures as data files in their source's format; `PROVENANCE.md` says where each comes from."""

from pathlib import Path

_FOLDER = Path(__file__).parent


def path(name: str) -> Path:
    """The file of vectors called `name`, for example ``sts_vectors.json``.

    Raises:
        FileNotFoundError: no such file is shipped.
    """
    found = _FOLDER / name
    if not found.is_file():
        raise FileNotFoundError(f"no vectors called {name}; shipped: {', '.join(names())}")
    return found


def names() -> list[str]:
    """Names of every vector file shipped, sorted."""
    return sorted(entry.name for entry in _FOLDER.glob("*.json"))
