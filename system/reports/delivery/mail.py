"""Mail with the file attached, by Django's mail backend as the environment sets it up."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from system.config.clock import BOGOTA
from system.reports.errors import UnableToDeliver
from system.reports.models import MadeFile
from system.reports.render.formats import FORMATS

#: Larger files stay on their page; few post offices carry them.
ATTACHED_MAX_BYTES = 10 * 1024 * 1024
_BY_SERVER = "django.core.mail.backends.smtp.EmailBackend"


def ready() -> bool:
    """Whether a sender is set up, and a server where mail goes by one."""
    return bool(settings.DEFAULT_FROM_EMAIL) and (
        settings.EMAIL_BACKEND != _BY_SERVER or bool(settings.EMAIL_HOST)
    )


def send(file: MadeFile, content: bytes, recipient: str) -> None:
    """Send it.

    Raises:
        UnableToDeliver: mail is not set up, the file is too large, or the server did not take it.
    """
    if not ready():
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
