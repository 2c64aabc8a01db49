"""Where a file with a secret goes that a served world writes for its clients."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def private_place(asked: Path | None, name: str) -> Iterator[Path]:
    """The file asked for, or `name` in a private folder that goes away after."""
    if asked is not None:
        yield asked.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="amibench-"))
    try:
        yield folder / name
    finally:
        shutil.rmtree(folder, ignore_errors=True)
