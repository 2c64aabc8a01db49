"""Community of a simulated world as the utility takes it: meters, keys of meters and concentrators, staff.

The keys are published test keys; as a key file they lie in the office's private folder and go away with it.
"""

import secrets
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from amibench.errors import CommandError
from amibench.security_module_edge import as_command_error
from sim.meter.credentials import TEST_KEYS
from sim.scenarios.field import FieldWorld
from sim.scenarios.site import describe_meter
from system.demo.village import DemoUser, Village, WorldConcentrator, WorldMeter
from system.security_module.journal import write_private

# ---------------- Keys of the simulated meters, and the secret of the uplink

#: Name of the secret of the concentrators' management ports, in the channels of the community.
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
    with as_command_error():
        write_private(file, _as_toml(key_tables(secret)).encode())
    return file


def _as_toml(tables: KeyTables) -> str:
    """Every value is a hexadecimal key or a secret of letters, digits, ``-`` and ``_``: nothing to escape."""
    lines: list[str] = []
    for kind, named in tables.items():
        for name, values in named.items():
            lines += [f"[{kind}.{name}]", *(f'{key} = "{value}"' for key, value in values.items()), ""]
    return "\n".join(lines)


# ---------------- Staff

#: Username, role, name; in the order in which they are shown.
_STAFF = (
    ("cajero", "cashier", "Marleny Torrado"),
    ("supervisor", "supervisor", "Efraín Solano"),
    ("operador", "operator", "Diana Meneses"),
    ("administrador", "administrator", "Gustavo Ropero"),
    ("auditor", "auditor", "Pilar Barbosa"),
)


def staff(password: Callable[[], str]) -> tuple[DemoUser, ...]:
    """One user of each role.

    Args:
        password: makes one; asked once for each.
    """
    return tuple(DemoUser(username, role, password(), name) for username, role, name in _STAFF)


# ---------------- Meters and concentrators of a world in this process

_PASSWORD_BYTES = 24


def community_of(world: FieldWorld, concentrators: tuple[WorldConcentrator, ...] = ()) -> Village:
    """Community of a world: every home, in the world's order.

    Raises:
        ValueError: the world has no homes.
    """
    meters = tuple(WorldMeter(**describe_meter(site, place)) for site in world.sites for place in site.homes)
    if not meters:
        raise ValueError("this world has no homes to sell to")
    users = staff(lambda: secrets.token_urlsafe(_PASSWORD_BYTES))
    return Village(meters, users, meters[0].name, concentrators)


# ---------------- Meters and concentrators that a served world announced

#: No letter or digit that looks like another.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 4
#: Among the homes: the one without credit.
_FIRST_HOME = 6


def random_password() -> str:
    """A password that is easy to type: 80 bits in groups of four."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def announced_community(world: Mapping[str, Any]) -> Village:
    """Community of a served world, from the line that ``sim serve`` said.

    Raises:
        CommandError: the world has no homes with a meter.
    """
    meters = tuple(_announced_meter(found) for site in world["sites"] for found in site["meters"])
    if not meters:
        raise CommandError("this world has no homes to sell to: choose another with --scenario")
    reached = tuple(
        WorldConcentrator(found["name"], found["dlms"], found["uplink"], SECRET_NAME)
        for site in world["sites"]
        for found in site["concentrators"]
        if "dlms" in found and "uplink" in found
    )
    return Village(meters, staff(random_password), meters[min(_FIRST_HOME, len(meters) - 1)].name, reached)


def _announced_meter(found: Mapping[str, Any]) -> WorldMeter:
    return WorldMeter(
        name=found["name"],
        drn=found["drn"],
        serial=found["serial"],
        ldn=found["ldn"],
        eui48=found["eui48"],
        keying=found["sts"],
    )
