"""What each device of a world is called: names, serials, DRNs, addresses; counted through all sites."""

from dataclasses import dataclass, replace

from sim.meter import MeterProfile
from sim.scenarios.fleet import member

#: Locally administered; the last three octets count. A meter's address has its DRN there, which is shorter.
_CONCENTRATOR_PREFIX = b"\x02\xdc\x00"


@dataclass(frozen=True, slots=True)
class Identity:
    """One meter's place in the world.

    Args:
        name: how the control channel and `link` call it.
        number: from 1, through all sites.
    """

    name: str
    number: int


def site_prefix(site: int, sites: int) -> str:
    """What stands before the names of a site's devices: nothing where there is one site.

    >>> site_prefix(1, 1), site_prefix(2, 3)
    ('', 's2.')
    """
    return "" if sites == 1 else f"s{site}."


def concentrator_eui48(number: int) -> bytes:
    """The modem address of the `number`-th concentrator of a world, from 1."""
    return _CONCENTRATOR_PREFIX + number.to_bytes(3, "big")


def home_model(model: MeterProfile, number: int, *, initial_wh: int) -> MeterProfile:
    """The meter of one home.

    Raises:
        ProfileError: its serial number or DRN has no room for so many.
    """
    own = member(model, number, shared=False)
    credit = replace(own.credit, initial_wh=initial_wh)
    return replace(own, credit=credit)


def head_model(totaliser: MeterProfile, homes: MeterProfile, number: int) -> MeterProfile:
    """A totaliser, numbered among the meters of the homes: no two devices of a world share a serial."""
    named = member(homes, number, shared=False)
    return replace(
        totaliser,
        drn=named.drn,
        serial=named.serial,
        logical_device_name=named.logical_device_name,
    )
