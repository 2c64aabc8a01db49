"""Channels by which a file leaves: the page shows it always; a folder and mail where they are set up.

CHANNELS names them; `folder.py` lays a copy where, for example, an SFTP server offers it, `mail.py` sends it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from system.reports.delivery import folder, mail
from system.reports.models import MadeFile

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
    "carpeta": Channel("Carpeta de salida", folder.ready, folder.send),
    "correo": Channel("Correo", mail.ready, mail.send),
}

__all__ = ["CHANNELS", "Channel"]
