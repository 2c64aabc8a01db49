"""The file behind ``--keys``: TOML with a table ``[associations.NAME]`` for each client of a meter."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from amibench.errors import CommandError
from protocols.dlms.errors import DlmsValueError
from protocols.dlms.explain import ReadingKeys
from protocols.dlms.explain.captures import reading_keys

#: Name in a target file -> name in the Blue Book's words.
_SHORT_NAMES = {
    "encryption_key": "guek",
    "authentication_key": "gak",
    "broadcast_key": "gbek",
    "master_key": "kek",
}

_TEXTS: dict[str, tuple[str, str]] = {
    "unreadable": ("cannot read {file}: {detail}", "no se puede leer {file}: {detail}"),
    "toml": ("{file} is not TOML: {detail}", "{file} no es TOML: {detail}"),
    "none": (
        "{file} has no table [associations.NAME] with keys; write one",
        "{file} no tiene una tabla [associations.NOMBRE] con claves; escriba una",
    ),
    "hex": ("a key in {file} is no hexadecimal: {detail}", "una clave en {file} no es hexadecimal: {detail}"),
}


def read_keys_file(file: Path, lang: str) -> list[Mapping[str, Any]]:
    """The association tables of a file of keys.

    Raises:
        CommandError: it cannot be read, or is not TOML.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8")).get("associations", {})
    except OSError as error:
        raise _fail("unreadable", lang, file, error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _fail("toml", lang, file, str(error)) from error
    rows = found.values() if isinstance(found, Mapping) else ()
    return [_flat(row) for row in rows if isinstance(row, Mapping)]


def _flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A table with its ``security`` table laid beside the rest, its keys by their short names."""
    inner = row.get("security")
    if not isinstance(inner, Mapping):
        return row
    return {**row, **{_SHORT_NAMES.get(str(name), str(name)): value for name, value in inner.items()}}


def ciphering_keys(file: Path, lang: str) -> list[ReadingKeys]:
    """The ciphering keys of every association in a file, to open recordings with.

    Raises:
        CommandError: the file cannot be used, or names no keys.
    """
    try:
        found = [reading_keys(row) for row in read_keys_file(file, lang) if "guek" in row]
    except DlmsValueError as error:
        raise _fail("hex", lang, file, str(error)) from error
    if not found:
        raise _fail("none", lang, file, "")
    return found


def _fail(name: str, lang: str, file: Path, detail: str) -> CommandError:
    english, spanish = _TEXTS[name]
    return CommandError((spanish if lang == "es" else english).format(file=file, detail=detail))
