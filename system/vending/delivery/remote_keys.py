"""Keys that open head-ends elsewhere: a TOML file for its owner alone, named by the settings.

::

    [keys]
    north = "amb_live_…"
"""

import os
import stat
import tomllib

from django.conf import settings


class NoRemoteKey(Exception):
    """The key cannot be had; one Spanish sentence, without what the file holds."""


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
