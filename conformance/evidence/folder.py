"""Puts files into a folder all or nothing: the new ones are complete before the first old one moves."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from conformance.evidence.errors import EvidenceError
from conformance.text import Text

_STAGING_PREFIX = ".amibench-"


def check_takes_files(folder: Path, names: tuple[str, ...]) -> None:
    """See that `folder` can be made and written, and that no `names` in it is something other than a file.

    Leaves nothing behind, not even the folder.

    Raises:
        EvidenceError: it cannot.
    """
    for name in names:
        if (folder / name).is_dir():
            raise _unwritable(folder, Text(f"{name} es una carpeta", f"{name} is a folder"))
    existing = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    if not existing.is_dir():
        raise _unwritable(folder, Text(f"{existing} no es una carpeta", f"{existing} is not a folder"))
    try:
        with _staging(existing):
            pass
    except OSError as error:
        raise _unwritable(folder, _cause(error)) from error


def replace_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write `files` (content by name) into `folder`, which is made if need be; other files there stay.

    Raises:
        EvidenceError: something could not be written; the folder is as it was.
    """
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _staging(folder) as staging:
            for name, content in files.items():
                (staging / name).write_bytes(content)
            _swap(folder, staging, tuple(files))
    except BaseException as error:
        for place in made:  # the innermost first
            with contextlib.suppress(OSError):
                place.rmdir()
        if isinstance(error, OSError):
            raise _unwritable(folder, _cause(error)) from error
        raise
    return [folder / name for name in files]


@contextlib.contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder inside `folder`, so on its file system: moving out of it is a rename. Gone afterwards."""
    staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=folder))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _swap(folder: Path, staging: Path, names: tuple[str, ...]) -> None:
    """Move the staged files to their place, keeping the old ones until the last has moved."""
    kept = staging / "old"
    kept.mkdir()
    placed: list[str] = []
    try:
        for name in names:
            placed.append(name)
            if (folder / name).exists():
                (folder / name).replace(kept / name)
            (staging / name).replace(folder / name)
    except BaseException:
        for name in placed:
            _restore(folder / name, kept / name, staging / name)
        raise


def _restore(place: Path, old: Path, staged: Path) -> None:
    """Bring the old file back, or take the new one away where there was none before it."""
    with contextlib.suppress(OSError):
        if old.exists():
            old.replace(place)
        elif not staged.exists():
            place.unlink()


def _cause(error: OSError) -> Text:
    said = error.strerror or str(error)
    return Text(said, said)


def _unwritable(folder: Path, cause: Text) -> EvidenceError:
    return EvidenceError(
        Text(
            f"la carpeta de evidencia {folder} no se puede escribir ({cause.es}); elija otra con --out",
            f"the evidence folder {folder} cannot be written ({cause.en}); choose another with --out",
        )
    )
