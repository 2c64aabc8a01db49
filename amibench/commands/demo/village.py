"""The village as `system.demo` takes it: the meters that the world announced, and random credentials."""

import secrets
from collections.abc import Mapping
from typing import Any

from amibench.errors import CommandError
from amibench.office.meter_keys import SECRET_NAME
from amibench.office.staff import staff
from system.demo.village import Village, WorldConcentrator, WorldMeter

#: No letter or digit that looks like another.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 4
#: Among the homes: the one without credit.
_FIRST_HOME = 6


def random_password() -> str:
    """A password that is easy to type: 80 bits in groups of four."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def village_of(world: Mapping[str, Any]) -> Village:
    """The village of a world, from the line that ``sim serve`` said.

    Raises:
        CommandError: the world has no homes with a meter.
    """
    meters = tuple(_meter(found) for site in world["sites"] for found in site["meters"])
    if not meters:
        raise CommandError("this world has no homes to sell to: choose another with --scenario")
    reached = tuple(
        WorldConcentrator(found["name"], found["dlms"], found["uplink"], SECRET_NAME)
        for site in world["sites"]
        for found in site["concentrators"]
        if "dlms" in found and "uplink" in found
    )
    return Village(meters, staff(random_password), meters[min(_FIRST_HOME, len(meters) - 1)].name, reached)


def _meter(found: Mapping[str, Any]) -> WorldMeter:
    return WorldMeter(
        name=found["name"],
        drn=found["drn"],
        serial=found["serial"],
        ldn=found["ldn"],
        eui48=found["eui48"],
        keying=found["sts"],
    )
