"""Keys that open head-ends elsewhere: sealed in the database, or in a TOML file for its owner alone.

A key that somebody typed is sealed (AES-256-GCM) with a key that is derived from ``SECRET_KEY``, for its
provider and its address: whoever writes another address into the row sends the key nowhere. The file is named
by the settings::

    [keys]
    north = "amb_live_…"
"""

import hashlib
import hmac
import os
import stat
import tomllib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from system.vending.delivery.models import RemoteHeadEnd

_NONCE_OCTETS = 12
_PURPOSE = b"amibench-remote-head-end-key"


class NoRemoteKey(Exception):
    """The key cannot be had; one Spanish sentence, without what the file holds."""


def key_of(head_end: RemoteHeadEnd) -> str:
    """The key that opens a head-end.

    Raises:
        NoRemoteKey: it cannot be had.
    """
    sealed = bytes(head_end.sealed_key)
    if not sealed:
        return remote_key(head_end.key_name)
    nonce, content = sealed[:_NONCE_OCTETS], sealed[_NONCE_OCTETS:]
    try:
        return _sealing().decrypt(nonce, content, _bound_to(head_end)).decode()
    except (InvalidTag, ValueError) as error:
        raise NoRemoteKey("La llave guardada ya no abre: escríbala de nuevo.") from error


def seal_key(head_end: RemoteHeadEnd, key: str) -> bytes:
    """A key as the database keeps it, for this provider and address alone."""
    nonce = os.urandom(_NONCE_OCTETS)
    return nonce + _sealing().encrypt(nonce, key.encode(), _bound_to(head_end))


def _sealing() -> AESGCM:
    return AESGCM(hmac.new(settings.SECRET_KEY.encode(), _PURPOSE, hashlib.sha256).digest())


def _bound_to(head_end: RemoteHeadEnd) -> bytes:
    return f"{head_end.provider_id}:{head_end.url}".encode()


def remote_key(name: str) -> str:
    """The key of a name.

    Raises:
        NoRemoteKey: no file, others may read it, it is no TOML, or it has no such key.
    """
    path = settings.REMOTE_KEYS_FILE
    if not path:
        raise NoRemoteKey("No hay archivo de llaves de otras cabeceras: defina AMIBENCH_REMOTE_KEYS.")
    try:
        with open(path, "rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise NoRemoteKey("Otros pueden leer el archivo de llaves: déjelo con permisos 600.")
            known = tomllib.load(file).get("keys", {})
    except (OSError, ValueError) as error:
        raise NoRemoteKey("El archivo de llaves de otras cabeceras no se puede leer.") from error
    key = known.get(name) if isinstance(known, dict) else None
    if not isinstance(key, str) or not key:
        raise NoRemoteKey(f"El archivo de llaves no tiene una llave llamada {name}.")
    return key
