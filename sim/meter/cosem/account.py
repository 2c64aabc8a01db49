"""Class 111: the account over all credits and charges, in Wh.

The currency of this account is energy (unit *consumption*): at a price of one, a Wh of register costs a Wh of
credit.

Source: IEC 62056-6-2, Account
"""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.enumerations import CreditStatusBit, CurrencyUnit, PaymentMode
from protocols.dlms.cosem.objects import AccessError, Getter, Invoker, Setter, constant
from protocols.dlms.obis import Obis
from sim.meter.cosem.bound import Bound, getter, time_octets
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import elements, instant_us, must, number
from sim.meter.events import EventCode
from sim.meter.payment.charges import Charge
from sim.meter.payment.standing import Step
from sim.meter.prepayment import Prepayment, whole_wh
from sim.meter.profile import ObjectTerms
from sim.meter.units import NJ_PER_WH

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

    def invoker(step: Step) -> Invoker:
        return lambda _parameter: must(live.requests.act(lambda: account.take_step(step)))

    def plan(attribute: str) -> Setter:
        return lambda value: _plan(live, attribute, value)

    return Bound(
        getters=_fixed(account) | _live(live),
        setters={2: lambda value: _set_mode(live, value), 13: plan("activation_us"), 14: plan("closure_us")},
        methods={1: invoker(Step.ACTIVATE), 2: invoker(Step.CLOSE), 3: invoker(Step.RESET)},
    )


def _fixed(account: Prepayment) -> dict[int, Getter]:
    """What the plan says once and for all."""
    sources = [source.terms for source in account.purse.ordered]
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
    standing, purse = account.standing, account.purse

    def to_clear() -> Data:
        owed_nj = purse.owed_nj
        return wh(owed_nj + (account.terms.plan.clearance_wh * NJ_PER_WH if owed_nj else 0))

    return {
        2: getter(lambda: axdr.structure(axdr.enum(standing.mode), axdr.enum(standing.status))),
        3: getter(lambda: axdr.unsigned(_in_use(account))),
        4: getter(lambda: bits({int(bit) for bit, holds in credit_bits(account).items() if holds}, 8)),
        5: getter(lambda: wh(purse.available_nj)),
        6: getter(to_clear),
        8: getter(lambda: wh(account.collector.debt_nj)),
        13: getter(lambda: axdr.octet_string(time_octets(standing.activation_us, zone))),
        14: getter(lambda: axdr.octet_string(time_octets(standing.closure_us, zone))),
    }


def credit_bits(account: Prepayment) -> dict[CreditStatusBit, bool]:
    """Attribute 4, bit by bit."""
    purse = account.purse
    used = purse.in_use()
    waiting = [source for source in purse.ordered if source.terms.selectable and source is not used]
    return {
        CreditStatusBit.IN_CREDIT: not account.exhausted,
        CreditStatusBit.LOW_CREDIT: account.low,
        CreditStatusBit.NEXT_CREDIT_ENABLED: any(source.free_nj for source in waiting),
        CreditStatusBit.NEXT_CREDIT_SELECTABLE: any(purse.offered(source) for source in waiting),
        CreditStatusBit.NEXT_CREDIT_SELECTED: any(source.invoked and source.free_nj for source in waiting),
        CreditStatusBit.SELECTABLE_CREDIT_IN_USE: used is not None and used.terms.selectable,
        CreditStatusBit.OUT_OF_CREDIT: account.exhausted,
    }


def _in_use(account: Prepayment) -> int:
    used = account.purse.in_use()
    return 0 if used is None else account.purse.ordered.index(used)


def _collection(charge: Charge) -> Data:
    terms = charge.terms
    permissions = (terms.when_off, terms.when_limiting, terms.when_friendly)
    return bits({place for place, permitted in enumerate(permissions) if permitted}, len(permissions))


def _set_mode(live: LiveParts, value: Data) -> None:
    """The mode may change; the status only by the methods."""
    account = live.parts.prepayment
    mode, status = (number(item) for item in elements(value, 2))
    if status != account.standing.status or mode not in list(PaymentMode):
        raise AccessError(DataAccessResult.READ_WRITE_DENIED)
    live.requests.act(lambda: account.set_mode(PaymentMode(mode)), EventCode.PAYMENT_MODE_CHANGED)


def _plan(live: LiveParts, attribute: str, value: Data) -> None:
    instant = instant_us(value, live.profile.deviation_minutes)

    def change() -> bool:
        setattr(live.parts.prepayment.standing, attribute, instant)
        return True

    live.requests.act(change)
