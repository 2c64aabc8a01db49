"""The meters of a world as the utility's registry takes them; and staff whose passwords nobody needs."""

import secrets

from sim.scenarios.described import describe_meter
from sim.scenarios.field import FieldWorld
from system.demo.village import DemoUser, Village, WorldConcentrator, WorldMeter

#: Username, role, name.
_STAFF = (
    ("cajero", "cashier", "Marleny Torrado"),
    ("supervisor", "supervisor", "Efraín Solano"),
    ("operador", "operator", "Diana Meneses"),
)


def village_of(world: FieldWorld, concentrators: tuple[WorldConcentrator, ...] = ()) -> Village:
    """The village of a world: every home, in the world's order.

    Raises:
        ValueError: the world has no homes.
    """
    meters = tuple(WorldMeter(**describe_meter(site, place)) for site in world.sites for place in site.homes)
    if not meters:
        raise ValueError("this world has no homes to sell to")
    users = tuple(DemoUser(user, role, secrets.token_urlsafe(24), name) for user, role, name in _STAFF)
    return Village(meters, users, meters[0].name, concentrators)
