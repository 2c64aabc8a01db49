"""Class 113: one charge each, found by its logical name.

Source: IEC 62056-6-2, Charge
"""

from collections.abc import Callable

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.enumerations import ChargeType
from protocols.dlms.cosem.objects import AccessError, Invoker, Setter, constant
from sim.meter.cosem.account import bits, name, wh
from sim.meter.cosem.bound import Bound, getter, time_octets
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import elements, instant_us, must, number, octets
from sim.meter.payment.charges import Charge
from sim.meter.payment.plan import PROPORTION_WHOLE, UnitCharge
from sim.meter.profile import ObjectTerms, ProfileError
from sim.meter.units import NJ_PER_WH

ENERGY = "1.0.1.8.0"
_REGISTER_CLASS, _VALUE_ATTRIBUTE = 3, 2
_PERCENTAGE_BASED, _CONTINUOUS = 0, 1
_LONG_MAX = 0x7FFF


def bind_charge(live: LiveParts, row: ObjectTerms) -> Bound:
    """Prices, period, sums; the passive price can be set and activated, debts moved, a period collected.

    Raises:
        ProfileError: the plan has no such charge.
    """
    charge = next((item for item in live.parts.prepayment.charges if item.terms.obis == row.obis), None)
    if charge is None:
        raise ProfileError(f"object {row.obis}: the payment plan has no such charge")
    terms, zone = charge.terms, live.profile.deviation_minutes
    flags = {_PERCENTAGE_BASED: terms.percentage, _CONTINUOUS: terms.continuous}

    def last_time() -> Data:
        energy = terms.charge_type is ChargeType.CONSUMPTION_BASED
        return axdr.octet_string(time_octets(live.parts.clock.epoch_us if energy else charge.last_us, zone))

    return Bound(
        getters={
            2: getter(lambda: wh(charge.paid_nj)),
            3: constant(axdr.enum(terms.charge_type)),
            4: constant(axdr.unsigned(terms.priority)),
            5: getter(lambda: _unit_charge(charge, charge.active)),
            6: getter(lambda: _unit_charge(charge, charge.passive)),
            7: getter(lambda: axdr.octet_string(time_octets(charge.activation_us, zone))),
            8: getter(lambda: axdr.double_long_unsigned(charge.period_s)),
            9: constant(bits({place for place, set_ in flags.items() if set_}, len(flags))),
            10: getter(last_time),
            11: getter(lambda: wh(charge.last_nj)),
            12: getter(lambda: wh(charge.owing_nj)),
            13: getter(lambda: axdr.long_unsigned(charge.proportion)),
        },
        setters=_setters(live, charge),
        methods=_methods(live, charge),
    )


def _setters(live: LiveParts, charge: Charge) -> dict[int, Setter]:
    zone = live.profile.deviation_minutes

    def set_proportion(value: Data) -> None:
        proportion = number(value)
        if proportion > PROPORTION_WHOLE:
            raise AccessError(DataAccessResult.OTHER_REASON)
        _change(live, lambda: setattr(charge, "proportion", proportion))

    def set_activation(value: Data) -> None:
        instant = instant_us(value, zone)
        _change(live, lambda: setattr(charge, "activation_us", instant))

    def set_passive(value: Data) -> None:
        passive = _parse(value)
        _change(live, lambda: setattr(charge, "passive", passive))

    def set_period(value: Data) -> None:
        period_s = number(value)
        _change(live, lambda: charge.set_period(period_s, live.parts.clock.epoch_us))

    return {6: set_passive, 7: set_activation, 8: set_period, 13: set_proportion}


def _methods(live: LiveParts, charge: Charge) -> dict[int, Invoker]:
    account = live.parts.prepayment

    def update_unit_charge(parameter: Data | None) -> None:
        """New prices for the passive unit charge, in the scales that it has."""
        rates = _rates(parameter)
        passive = UnitCharge(rates, charge.passive.price_scale, charge.passive.commodity_scale)
        _change(live, lambda: setattr(charge, "passive", passive))

    def set_remaining(amount_nj: int) -> None:
        if charge.terms.continuous or amount_nj < 0:
            raise AccessError(ActionResult.OTHER_REASON)
        _change(live, lambda: setattr(charge, "remaining_nj", amount_nj))

    return {
        1: update_unit_charge,
        2: lambda _parameter: _change(live, charge.activate),
        3: lambda _parameter: must(live.requests.act(lambda: account.collect(charge))),
        4: lambda parameter: set_remaining(charge.remaining_nj + number(parameter) * NJ_PER_WH),
        5: lambda parameter: set_remaining(number(parameter) * NJ_PER_WH),
    }


def _change(live: LiveParts, change: Callable[[], None]) -> None:
    def act() -> bool:
        change()
        return True

    live.requests.act(act)


def _unit_charge(charge: Charge, price: UnitCharge) -> Data:
    """Commodity reference: the energy register, where energy is what is charged; else nothing."""
    energy = charge.terms.charge_type is ChargeType.CONSUMPTION_BASED
    commodity = (
        axdr.structure(axdr.long_unsigned(_REGISTER_CLASS), name(ENERGY), axdr.integer(_VALUE_ATTRIBUTE))
        if energy
        else axdr.structure(axdr.long_unsigned(0), name("0.0.0.0.0"), axdr.integer(0))
    )
    return axdr.structure(
        axdr.structure(axdr.integer(price.commodity_scale), axdr.integer(price.price_scale)),
        commodity,
        axdr.array(
            *(axdr.structure(axdr.octet_string(index), axdr.long(each)) for index, each in price.rates)
        ),
    )


def _parse(value: Data) -> UnitCharge:
    """A whole unit charge; its commodity reference is taken as it is and not looked at.

    Raises:
        AccessError: it is none.
    """
    scales, _reference, rates = elements(value, 3)
    commodity, price = (number(item) for item in elements(scales, 2))
    try:
        return UnitCharge(_rates(rates), price, commodity)
    except ValueError as error:
        raise AccessError(DataAccessResult.OTHER_REASON) from error


def _rates(value: Data | None) -> tuple[tuple[bytes, int], ...]:
    rows = [elements(item, 2) for item in elements(value)]
    rates = tuple((octets(index), number(each)) for index, each in rows)
    if not rates or any(not 0 <= each <= _LONG_MAX for _, each in rates):
        raise AccessError(DataAccessResult.OTHER_REASON)
    return rates
