"""Classes 111, 112 and 113: account, credits and charges, in Wh.

The currency of this account is energy (unit *consumption*): at a price of one, a Wh of register costs a Wh
of credit. A credit or charge is found by its logical name.

Source: IEC 62056-6-2, Account, Credit, Charge
"""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.enumerations import (
    ChargeType,
    CreditConfigurationBit,
    CreditStatus,
    CreditStatusBit,
    CreditType,
    CurrencyUnit,
    PaymentMode,
)
from protocols.dlms.cosem.objects import AccessError, Getter, Invoker, Setter, constant
from protocols.dlms.obis import Obis
from protocols.field.events import EventCode
from sim.meter.cosem.binding import (
    NEVER,
    Bound,
    elements,
    getter,
    instant_us,
    must,
    number,
    octets,
    time_octets,
)
from sim.meter.cosem.requests import LiveParts
from sim.meter.payment.charges import Charge
from sim.meter.payment.credits import CreditSource
from sim.meter.payment.plan import PROPORTION_WHOLE, UnitCharge
from sim.meter.payment.prepayment import AccountStep, Prepayment, whole_wh
from sim.meter.profile import ObjectTerms, ProfileError
from sim.meter.units import NJ_PER_WH

# ------------------------------------------------------------ class 111

_DOUBLE_LONG = 2**31


def bits(positions: set[int], length: int) -> Data:
    """A bit-string with these positions set, counted from its first bit.

    >>> bits({0, 6}, 8).value
    '10000010'
    """
    return axdr.bit_string("".join("1" if position in positions else "0" for position in range(length)))


def name(obis: str) -> Data:
    """A logical name as six octets."""
    return axdr.octet_string(Obis.from_string(obis).to_bytes())


def wh(amount_nj: int) -> Data:
    """An amount as it travels, whole Wh; beyond what a double-long holds, the most that it holds.

    >>> wh(-7_200 * 10**9).value
    -2
    """
    return axdr.double_long(max(-_DOUBLE_LONG, min(_DOUBLE_LONG - 1, whole_wh(amount_nj))))


def bind_account(live: LiveParts, _row: ObjectTerms) -> Bound:
    """State, sums and references; mode and dates can be set, the account opened, closed and made new."""
    account = live.parts.prepayment

    def invoker(step: AccountStep) -> Invoker:
        return lambda _parameter: must(live.requests.act(lambda: account.take_step(step)))

    def plan(attribute: str) -> Setter:
        return lambda value: _plan(live, attribute, value)

    return Bound(
        getters=_fixed(account) | _live(live),
        setters={2: lambda value: _set_mode(live, value), 13: plan("activation_us"), 14: plan("closure_us")},
        methods={
            1: invoker(AccountStep.ACTIVATE),
            2: invoker(AccountStep.CLOSE),
            3: invoker(AccountStep.RESET),
        },
    )


def _fixed(account: Prepayment) -> dict[int, Getter]:
    """Attributes that the plan fixes."""
    sources = [source.terms for source in account.credits.ordered]
    plan, terms = account.terms.plan, account.terms
    shares = [
        axdr.structure(name(credit.obis), axdr.unsigned(credit.token_percent))
        for credit in sources
        if credit.token_percent
    ]
    values: dict[int, Data] = {
        7: axdr.double_long(plan.clearance_wh),
        9: axdr.array(*(name(credit.obis) for credit in sources)),
        10: axdr.array(*(name(charge.terms.obis) for charge in account.charges)),
        11: axdr.array(
            *(
                axdr.structure(name(credit.obis), name(charge.terms.obis), _collection(charge))
                for credit in sources
                for charge in account.charges
            )
        ),
        12: axdr.array(*shares),
        15: axdr.structure(axdr.utf8_string("Wh"), axdr.integer(0), axdr.enum(CurrencyUnit.CONSUMPTION)),
        16: axdr.double_long(terms.low_threshold_wh),
        17: axdr.double_long(plan.next_credit_wh),
        18: axdr.long_unsigned(plan.provision_wh),
        19: axdr.double_long(plan.provision_period_s),
    }
    return {index: constant(data) for index, data in values.items()}


def _live(live: LiveParts) -> dict[int, Getter]:
    account, zone = live.parts.prepayment, live.profile.deviation_minutes
    state, register = account.state, account.credits

    def to_clear() -> Data:
        owed_nj = register.owed_nj
        return wh(owed_nj + (account.terms.plan.clearance_wh * NJ_PER_WH if owed_nj else 0))

    return {
        2: getter(lambda: axdr.structure(axdr.enum(state.mode), axdr.enum(state.status))),
        3: getter(lambda: axdr.unsigned(_in_use(account))),
        4: getter(lambda: bits({int(bit) for bit, holds in credit_bits(account).items() if holds}, 8)),
        5: getter(lambda: wh(register.available_nj)),
        6: getter(to_clear),
        8: getter(lambda: wh(account.collector.debt_nj)),
        13: getter(lambda: axdr.octet_string(time_octets(state.activation_us, zone))),
        14: getter(lambda: axdr.octet_string(time_octets(state.closure_us, zone))),
    }


def credit_bits(account: Prepayment) -> dict[CreditStatusBit, bool]:
    """Attribute 4, bit by bit."""
    register = account.credits
    used = register.in_use()
    waiting = [source for source in register.ordered if source.terms.selectable and source is not used]
    return {
        CreditStatusBit.IN_CREDIT: not account.exhausted,
        CreditStatusBit.LOW_CREDIT: account.low,
        CreditStatusBit.NEXT_CREDIT_ENABLED: any(source.free_nj for source in waiting),
        CreditStatusBit.NEXT_CREDIT_SELECTABLE: any(register.offered(source) for source in waiting),
        CreditStatusBit.NEXT_CREDIT_SELECTED: any(source.invoked and source.free_nj for source in waiting),
        CreditStatusBit.SELECTABLE_CREDIT_IN_USE: used is not None and used.terms.selectable,
        CreditStatusBit.OUT_OF_CREDIT: account.exhausted,
    }


def _in_use(account: Prepayment) -> int:
    used = account.credits.in_use()
    return 0 if used is None else account.credits.ordered.index(used)


def _collection(charge: Charge) -> Data:
    terms = charge.terms
    permissions = (terms.when_off, terms.when_limiting, terms.when_friendly)
    return bits({place for place, permitted in enumerate(permissions) if permitted}, len(permissions))


def _set_mode(live: LiveParts, value: Data) -> None:
    """The mode may change; the status only by the methods."""
    account = live.parts.prepayment
    mode, status = (number(item) for item in elements(value, 2))
    if status != account.state.status or mode not in list(PaymentMode):
        raise AccessError(DataAccessResult.READ_WRITE_DENIED)
    live.requests.act(lambda: account.set_mode(PaymentMode(mode)), EventCode.PAYMENT_MODE_CHANGED)


def _plan(live: LiveParts, attribute: str, value: Data) -> None:
    instant = instant_us(value, live.profile.deviation_minutes)
    live.requests.put(live.parts.prepayment.state, **{attribute: instant})


# ------------------------------------------------------------ class 112


def bind_credit(live: LiveParts, row: ObjectTerms) -> Bound:
    """Amount, thresholds and status; the amount can be moved or set, and a selectable credit invoked.

    Raises:
        ProfileError: the plan has no such credit.
    """
    account = live.parts.prepayment
    source = account.credits.get(row.obis)
    if source is None:
        raise ProfileError(f"object {row.obis}: the payment plan has no such credit")
    terms = source.terms

    def status() -> CreditStatus:
        if account.exhausted and source is account.credits.token:
            return CreditStatus.EXHAUSTED
        return account.credits.status(source)

    def preset() -> int:
        token = terms.credit_type is CreditType.TOKEN
        return account.last_amount_wh if token else source.preset_wh

    return Bound(
        getters={
            2: getter(lambda: wh(source.amount_nj)),
            3: constant(axdr.enum(terms.credit_type)),
            4: constant(axdr.unsigned(terms.priority)),
            5: getter(lambda: axdr.double_long(source.warning_wh)),
            6: constant(axdr.double_long(terms.limit_wh)),
            7: constant(bits({int(bit) for bit in terms.configuration}, len(CreditConfigurationBit))),
            8: getter(lambda: axdr.enum(status())),
            9: getter(lambda: axdr.double_long(preset())),
            10: constant(axdr.double_long(terms.available_wh)),
            11: constant(axdr.octet_string(NEVER)),
        },
        setters={
            5: lambda value: _set(live, source, "warning_wh", value),
            9: lambda value: _set(live, source, "preset_wh", value),
        },
        methods={
            1: lambda parameter: _move(live, source, whole_wh(source.amount_nj) + number(parameter)),
            2: lambda parameter: _move(live, source, number(parameter)),
            3: lambda _parameter: must(live.requests.act(lambda: account.choose(source))),
        },
    )


def _set(live: LiveParts, source: CreditSource, attribute: str, value: Data) -> None:
    amount_wh = number(value)
    if not 0 <= amount_wh <= live.parts.prepayment.terms.capacity_wh:
        raise AccessError(DataAccessResult.OTHER_REASON)
    live.requests.put(source, **{attribute: amount_wh})


def _move(live: LiveParts, source: CreditSource, amount_wh: int) -> None:
    """Set the credit, within what the register holds.

    Raises:
        AccessError: more than that.
    """
    account = live.parts.prepayment
    if abs(amount_wh) > account.terms.capacity_wh:
        raise AccessError(ActionResult.OTHER_REASON)
    live.requests.do(lambda: account.credits.adjust(source, amount_wh * NJ_PER_WH))


# ------------------------------------------------------------ class 113

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
    zone, requests = live.profile.deviation_minutes, live.requests

    def set_proportion(value: Data) -> None:
        proportion = number(value)
        if proportion > PROPORTION_WHOLE:
            raise AccessError(DataAccessResult.OTHER_REASON)
        requests.put(charge, proportion=proportion)

    def set_period(value: Data) -> None:
        period_s = number(value)
        requests.do(lambda: charge.set_period(period_s, live.parts.clock.epoch_us))

    return {
        6: lambda value: requests.put(charge, passive=_parse(value)),
        7: lambda value: requests.put(charge, activation_us=instant_us(value, zone)),
        8: set_period,
        13: set_proportion,
    }


def _methods(live: LiveParts, charge: Charge) -> dict[int, Invoker]:
    account, requests = live.parts.prepayment, live.requests

    def update_unit_charge(parameter: Data | None) -> None:
        """New prices for the passive unit charge, in the scales that it has."""
        rates = _rates(parameter)
        passive = UnitCharge(rates, charge.passive.price_scale, charge.passive.commodity_scale)
        requests.put(charge, passive=passive)

    def set_remaining(amount_nj: int) -> None:
        if charge.terms.continuous or amount_nj < 0:
            raise AccessError(ActionResult.OTHER_REASON)
        requests.put(charge, remaining_nj=amount_nj)

    return {
        1: update_unit_charge,
        2: lambda _parameter: requests.do(charge.activate),
        3: lambda _parameter: must(requests.act(lambda: account.collect(charge))),
        4: lambda parameter: set_remaining(charge.remaining_nj + number(parameter) * NJ_PER_WH),
        5: lambda parameter: set_remaining(number(parameter) * NJ_PER_WH),
    }


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
