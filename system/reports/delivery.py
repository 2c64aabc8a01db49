"""Channels by which a file leaves: a folder of the machine and mail; the page shows it always."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from system.config.clock import BOGOTA
from system.reports.declaration import UnableToDeliver
from system.reports.models import MadeFile
from system.reports.render.formats import FORMATS

# --- Folder of the machine: one below it for each provider; a file there is always complete

_BESIDE = ".part"


def folder_ready() -> bool:
    """True where ``AMIBENCH_REPORTS_FOLDER`` names one."""
    return bool(settings.REPORTS_FOLDER)


def send_to_folder(file: MadeFile, content: bytes, _recipient: str) -> None:
    """Write a copy there; the same file again replaces itself.

    Raises:
        UnableToDeliver: the folder is not set up, or cannot be written.
    """
    if not folder_ready():
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


# --- Mail with the file attached, by Django's mail backend

#: Larger files stay on their page; few post offices carry them.
ATTACHED_MAX_BYTES = 10 * 1024 * 1024
_BY_SERVER = "django.core.mail.backends.smtp.EmailBackend"


def mail_ready() -> bool:
    """True where a sender is set up, and a server where mail goes by one."""
    return bool(settings.DEFAULT_FROM_EMAIL) and (
        settings.EMAIL_BACKEND != _BY_SERVER or bool(settings.EMAIL_HOST)
    )


def send_by_mail(file: MadeFile, content: bytes, recipient: str) -> None:
    """Send it.

    Raises:
        UnableToDeliver: mail is not set up, the file is too large, or the server did not take it.
    """
    if not mail_ready():
        raise UnableToDeliver("El correo no está configurado (AMIBENCH_MAIL_HOST).")
    if len(content) > ATTACHED_MAX_BYTES:
        raise UnableToDeliver("El archivo es demasiado grande para un correo: descárguelo de la página.")
    schedule = file.schedule
    said = "\n".join(f"{label}: {text}" for label, text in file.said)
    made = f"Hecho el {file.made_at.astimezone(BOGOTA):%Y-%m-%d %H:%M}"
    body = f"{schedule.name}\n{said}\n{made}\nSHA-256 {file.sha256}\n"
    message = EmailMessage(
        f"{schedule.provider.name}: {schedule.name}", body, settings.DEFAULT_FROM_EMAIL, [recipient]
    )
    message.attach(file.name, content, FORMATS[schedule.format].content_type.partition(";")[0])
    try:
        message.send()
    except (SMTPException, OSError) as error:
        raise UnableToDeliver(f"El servidor de correo no lo recibió ({type(error).__name__}).") from error


# --- Channels

Send = Callable[[MadeFile, bytes, str], None]


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel.

    Args:
        label: Spanish.
        ready: whether it is set up here.
        send: file, its content, recipient; raises `UnableToDeliver`.
    """

    label: str
    ready: Callable[[], bool]
    send: Send


CHANNELS: Mapping[str, Channel] = {
    "carpeta": Channel("Carpeta de salida", folder_ready, send_to_folder),
    "correo": Channel("Correo", mail_ready, send_by_mail),
}
