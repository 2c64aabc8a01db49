"""The collector's key file: published test keys of the simulated meters, and the secret of the uplink.

It lies in the demo's private folder and goes away with it.
"""

import tomllib
from pathlib import Path

from amibench.commands.security_module_inputs import one_sentence
from amibench.errors import CommandError
from sim.meter.credentials import TEST_KEYS
from system.security_module.journal import write_private

#: What the channels of the village call the secret of the concentrators' management ports.
SECRET_NAME = "village"  # noqa: S105 - a name, not what it names
_KEY_FILE = """[keys.hls-gmac]
encryption_key = "{guek}"
authentication_key = "{gak}"

[secrets.{name}]
secret = "{secret}"
"""


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
    said = _KEY_FILE.format(
        guek=TEST_KEYS.guek.hex(), gak=TEST_KEYS.gak.hex(), name=SECRET_NAME, secret=secret
    )
    with one_sentence():
        write_private(file, said.encode())
    return file
