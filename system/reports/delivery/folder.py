"""A folder of the machine, one below it for each provider: what lies there is complete whoever looks when."""

import os
from pathlib import Path

from django.conf import settings

from system.reports.errors import UnableToDeliver
from system.reports.models import MadeFile

_BESIDE = ".part"


def ready() -> bool:
    """Whether ``AMIBENCH_REPORTS_FOLDER`` names one."""
    return bool(settings.REPORTS_FOLDER)


def send(file: MadeFile, content: bytes, _recipient: str) -> None:
    """Lay a copy there; the same file again replaces itself.

    Raises:
        UnableToDeliver: the folder is not set up, or cannot be written.
    """
    if not ready():
        raise UnableToDeliver("La carpeta de salida no está configurada (AMIBENCH_REPORTS_FOLDER).")
    place = Path(settings.REPORTS_FOLDER) / str(file.provider_id)
    wanted = place / f"{file.due_at:%Y%m%dT%H%M}-{file.schedule_id}-{file.name}"
    beside = wanted.with_name(f".{wanted.name}{_BESIDE}")
    try:
        place.mkdir(mode=0o750, parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(wanted)
    except OSError as error:
        raise UnableToDeliver(f"No se pudo escribir en la carpeta de salida: {error.strerror}.") from error
