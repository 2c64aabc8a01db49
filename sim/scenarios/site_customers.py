"""The customers of one site and the shop that they share."""

from collections.abc import Callable
from datetime import timedelta

from sim.kernel.random import RandomStreams
from sim.scenarios.customers import Customer
from sim.scenarios.scenario import Scenario
from sim.scenarios.shop import Shop
from sim.scenarios.site_meters import PlacedMeter, Surroundings

#: Opens the shop of a site.
OpenShop = Callable[[Surroundings, Scenario], Shop]


def open_shop(world: Surroundings, scenario: Scenario) -> Shop:
    """The shop of a field alone: it mints with test keys, for nothing."""
    return Shop(world.clock.utc, scenario.key_change)


def settle_customers(
    world: Surroundings,
    scenario: Scenario,
    placed: tuple[PlacedMeter, ...],
    shop: Shop,
    streams: RandomStreams,
    *,
    utc_offset_h: float,
) -> tuple[Customer, ...]:
    """One customer for each meter at a point of the grid; none where the scenario has no customers."""
    if scenario.customers is None:
        return ()
    customers = []
    for place in placed:
        if place.point is None:
            continue
        name = place.identity.name
        shop.enrol(name, place.meter.parts.tokens.register)
        customer = Customer(
            world.env,
            name,
            place.meter,
            shop,
            scenario.customers,
            streams.stream(f"{name.rpartition('.')[2]}/customer"),
            local_hour(world, utc_offset_h),
        )
        world.env.process(customer.live())
        customers.append(customer)
    return tuple(customers)


def local_hour(world: Surroundings, utc_offset_h: float) -> Callable[[], float]:
    """Gives the hour of the day there, 0 to 24."""

    def hour() -> float:
        local = world.clock.utc() + timedelta(hours=utc_offset_h)
        return local.hour + local.minute / 60 + local.second / 3600

    return hour
