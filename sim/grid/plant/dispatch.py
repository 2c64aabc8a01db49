"""Who gives and who takes how much: one interval of the plant, as a pure function.

The panels and the battery share a direct-current bus; the inverter forms the grid from it. While the diesel
set runs it forms the grid, and the inverter works as a charger, or adds what the panels have too much.
"""

from dataclasses import dataclass
from enum import StrEnum

from sim.grid.books import PlantPowers
from sim.grid.plant.battery import Battery
from sim.grid.terms import PlantTerms


class Shortage(StrEnum):
    """Why the plant cannot do what is asked."""

    EMPTY = "empty"  # the battery does not hold it until the next step
    OVERLOAD = "overload"  # more than the inverter or the battery can give at once
    SURPLUS = "surplus"  # customers feed more in than the plant can take


@dataclass(frozen=True, slots=True)
class Wish:
    """What the feeder asks, and what the sky offers.

    Attributes:
        feeder_w, feeder_va: active power into the feeder, negative when it comes back; apparent power.
        solar_w: what the panels could give.
        horizon_s: the longest time that the answer may have to hold.
    """

    feeder_w: float
    feeder_va: float
    solar_w: float
    horizon_s: float


def inverter_loss_w(terms: PlantTerms, apparent_va: float) -> float:
    """What the inverter takes for itself while it forms the grid, W: a constant and a square."""
    rated = terms.inverter_kva * 1000.0
    if rated <= 0.0:
        return 0.0
    square = max(1.0 / terms.inverter_efficiency - 1.0 - terms.inverter_no_load_share, 0.0)
    return terms.inverter_no_load_share * rated + square * apparent_va**2 / rated


def by_inverter(terms: PlantTerms, battery: Battery, wish: Wish) -> PlantPowers | Shortage:
    """The inverter forms the grid."""
    if wish.feeder_va > terms.inverter_kva * 1000.0 * terms.inverter_overload:
        return Shortage.OVERLOAD
    lost = inverter_loss_w(terms, wish.feeder_va)
    needed = wish.feeder_w + lost
    spare = wish.solar_w - needed
    if spare >= 0.0:
        charge = min(spare, battery.charge_room_w(wish.horizon_s))
        curtailed = spare - charge
        if curtailed > wish.solar_w:
            return Shortage.SURPLUS
        return _powers(battery, wish, wish.solar_w - curtailed, charge, 0.0, lost)
    if -spare > battery.limit_w:
        return Shortage.OVERLOAD
    if -spare > battery.discharge_room_w(wish.horizon_s):
        return Shortage.EMPTY
    return _powers(battery, wish, wish.solar_w, 0.0, -spare, lost)


def by_diesel(terms: PlantTerms, battery: Battery, wish: Wish) -> PlantPowers | Shortage:
    """The diesel set forms the grid; what it has to spare, it charges with."""
    rated = terms.diesel_kw * 1000.0
    if wish.feeder_va > rated * 1.1:  # what a set's breaker bears [A]
        return Shortage.OVERLOAD
    if wish.feeder_w < 0.0:
        return Shortage.SURPLUS
    through = terms.inverter_efficiency
    room = battery.charge_room_w(wish.horizon_s)
    solar_charge = min(wish.solar_w, room)
    helps = min(
        max(wish.feeder_w - terms.diesel_min_load * rated, 0.0),
        (wish.solar_w - solar_charge) * through,
        terms.inverter_kva * 1000.0,
    )
    charger = terms.inverter_kva * 1000.0 - helps
    diesel_charge = min(room - solar_charge, max(0.9 * rated - wish.feeder_w, 0.0) * through, charger)
    diesel_charge = max(diesel_charge, 0.0) if helps == 0.0 else 0.0
    used = solar_charge + helps / through
    lost = helps * (1.0 / through - 1.0) + diesel_charge * (1.0 / through - 1.0)
    powers = _powers(battery, wish, used, solar_charge + diesel_charge, 0.0, lost)
    powers.diesel_w = wish.feeder_w - helps + diesel_charge / through
    return powers


def at_rest(battery: Battery, solar_w: float, horizon_s: float) -> PlantPowers:
    """Nobody is supplied: the panels charge, the inverter is off."""
    charge = min(solar_w, battery.charge_room_w(horizon_s))
    return _powers(battery, Wish(0.0, 0.0, solar_w, horizon_s), charge, charge, 0.0, 0.0)


def fuel_l_per_h(terms: PlantTerms, diesel_w: float) -> float:
    """What the set burns while it runs, by the usual straight line: 0.08 L/h per kW and 0.25 L/kWh [M]."""
    return 0.08 * terms.diesel_kw + 0.25 * diesel_w / 1000.0


def _powers(
    battery: Battery, wish: Wish, pv_w: float, charge_w: float, discharge_w: float, lost_w: float
) -> PlantPowers:
    return PlantPowers(
        pv_w=pv_w,
        curtailed_pv_w=max(wish.solar_w - pv_w, 0.0),
        charge_w=charge_w,
        discharge_w=discharge_w,
        conversion_loss_w=lost_w,
        battery_loss_w=battery.losses_w(charge_w, discharge_w),
        feeder_w=wish.feeder_w,
    )
