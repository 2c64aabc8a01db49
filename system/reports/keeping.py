"""Where made files lie: below the data directory, for this user's eyes alone, named by their row."""

import hashlib
import os
from pathlib import Path

from django.conf import settings

from system.reports.models import MadeFile


def folder() -> Path:
    """Where all of them lie."""
    return Path(settings.DATA_DIR) / "reports"


def keep(file: MadeFile, source: Path) -> None:
    """Take a written file over: 0600, durable, and its digest in the row (which the caller saves).

    Args:
        file: its row.
        source: on the same disk; it is moved.
    """
    place = folder() / str(file.provider_id)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = place / str(file.pk)
    with source.open("rb") as written:
        file.sha256 = hashlib.file_digest(written, "sha256").hexdigest()
        file.size_bytes = os.fstat(written.fileno()).st_size
    source.chmod(0o600)
    source.replace(wanted)
    file.path = str(wanted.relative_to(folder()))


def path_of(file: MadeFile) -> Path | None:
    """Where a file lies; None where it was cleared away, or is not there any more."""
    if not file.path:
        return None
    path = folder() / file.path
    return path if path.is_file() else None


def clear(file: MadeFile) -> None:
    """Delete the file; its row stays (the caller saves it)."""
    path = path_of(file)
    if path is not None:
        path.unlink(missing_ok=True)
    file.path = ""
