"""Channels to customers. An SMS gateway, an app or a chat is one class more; here ships a file.

A messenger may be given the same message twice (a worker dies after sending and before the mark): `id` lets
it tell.
"""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

_OWNER_ALONE = 0o600


class UnableToMessage(Exception):
    """The channel did not take it; one Spanish sentence without number and text."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for a channel.

    Args:
        id: stays the same when it is tried again.
        number: telephone, digits with an optional ``+``.
        text: at most 160 letters of GSM 03.38.
    """

    id: str
    number: str
    text: str


class Messenger(Protocol):
    """A channel."""

    def send(self, message: Outgoing) -> None:
        """Take a message; after that it is the channel's.

        Raises:
            UnableToMessage: it did not.
        """


class FileMessenger:
    """One line of JSON a message, on the disk before the next: for a gateway program that follows the file.

    Args:
        path: of the file; it is made for its owner alone, and refused where others may read it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def send(self, message: Outgoing) -> None:
        """Append it.

        Raises:
            UnableToMessage: the disk does not take it, or others may read the file.
        """
        line = json.dumps(
            {"id": message.id, "number": message.number, "text": message.text}, ensure_ascii=False
        )
        try:
            self._append(line.encode() + b"\n")
        except OSError as error:
            raise UnableToMessage("El archivo de mensajes no se puede escribir.") from error

    def _append(self, line: bytes) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        handle = os.open(self._path, flags, _OWNER_ALONE)
        try:
            mode = os.fstat(handle).st_mode
            if stat.S_IMODE(mode) & 0o077 or not stat.S_ISREG(mode):
                raise UnableToMessage("Otros pueden leer el archivo de mensajes: déjelo con permisos 600.")
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                line = b"\n" + line  # whoever wrote before died within a line: leave it, begin a new one
            if os.write(handle, line) != len(line):
                raise UnableToMessage("El archivo de mensajes no se puede escribir.")
            os.fsync(handle)
        finally:
            os.close(handle)


def messenger() -> Messenger | None:
    """The channel that the settings name; None: none, and nothing is queued.

    ``MESSENGER`` is a dotted path, called with ``MESSENGER_ARGUMENT``.
    """
    if not settings.MESSENGER_ARGUMENT:
        return None
    made: Any = import_string(settings.MESSENGER)(settings.MESSENGER_ARGUMENT)
    found: Messenger = made
    return found
