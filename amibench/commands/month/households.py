"""The meters of a world as the utility's registry takes them; and staff whose passwords nobody needs."""

import secrets

from amibench.office.staff import staff
from sim.scenarios.field import FieldWorld
from sim.scenarios.site import describe_meter
from system.demo.village import Village, WorldConcentrator, WorldMeter

_PASSWORD_BYTES = 24


def village_of(world: FieldWorld, concentrators: tuple[WorldConcentrator, ...] = ()) -> Village:
    """The village of a world: every home, in the world's order.

    Raises:
        ValueError: the world has no homes.
    """
    meters = tuple(WorldMeter(**describe_meter(site, place)) for site in world.sites for place in site.homes)
    if not meters:
        raise ValueError("this world has no homes to sell to")
    users = staff(lambda: secrets.token_urlsafe(_PASSWORD_BYTES))
    return Village(meters, users, meters[0].name, concentrators)
