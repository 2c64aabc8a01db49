"""What opens the simulated meters and their concentrators: published test keys, and the uplink's secret.

As a key file it lies in the office's private folder and goes away with it.
"""

import tomllib
from pathlib import Path

from amibench.errors import CommandError
from amibench.module_edge import one_sentence
from sim.meter.credentials import TEST_KEYS
from system.security_module.journal import write_private

#: What the channels of the village call the secret of the concentrators' management ports.
SECRET_NAME = "village"  # noqa: S105 - a name, not what it names

KeyTables = dict[str, dict[str, dict[str, str]]]


def key_tables(secret: str) -> KeyTables:
    """The tables of a collector's key file, as `system.head_end.acquisition.parse_key_file` takes them.

    Args:
        secret: of the concentrators' management ports.
    """
    keys = {"encryption_key": TEST_KEYS.guek.hex(), "authentication_key": TEST_KEYS.gak.hex()}
    return {"keys": {"hls-gmac": keys}, "secrets": {SECRET_NAME: {"secret": secret}}}


def write_meter_keys(file: Path, control_file: Path) -> Path:
    """Write the key file, for its owner alone.

    Args:
        file: is written.
        control_file: what the world wrote; its table ``[uplink]`` holds the secret.

    Raises:
        CommandError: the world says nothing of an uplink, or the file cannot be written.
    """
    try:
        secret = tomllib.loads(control_file.read_text(encoding="utf-8"))["uplink"]["secret"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{control_file} says nothing of the concentrators' uplink") from error
    with one_sentence():
        write_private(file, _as_toml(key_tables(secret)).encode())
    return file


def _as_toml(tables: KeyTables) -> str:
    """Every value is a hexadecimal key or a secret of letters, digits, ``-`` and ``_``: nothing to escape."""
    lines: list[str] = []
    for kind, named in tables.items():
        for name, values in named.items():
            lines += [f"[{kind}.{name}]", *(f'{key} = "{value}"' for key, value in values.items()), ""]
    return "\n".join(lines)
