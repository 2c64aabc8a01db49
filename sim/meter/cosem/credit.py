"""Class 112: one credit each, found by its logical name.

Source: IEC 62056-6-2, Credit
"""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.enumerations import CreditConfigurationBit, CreditStatus, CreditType
from protocols.dlms.cosem.objects import AccessError, constant
from sim.meter.cosem.account import bits, wh
from sim.meter.cosem.bound import NEVER, Bound, getter
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import must, number
from sim.meter.payment.credits import CreditSource
from sim.meter.prepayment import whole_wh
from sim.meter.profile import ObjectTerms, ProfileError
from sim.meter.units import NJ_PER_WH


def bind_credit(live: LiveParts, row: ObjectTerms) -> Bound:
    """Amount, thresholds and status; the amount can be moved or set, and a selectable credit invoked.

    Raises:
        ProfileError: the plan has no such credit.
    """
    account = live.parts.prepayment
    source = account.purse.get(row.obis)
    if source is None:
        raise ProfileError(f"object {row.obis}: the payment plan has no such credit")
    terms = source.terms

    def status() -> CreditStatus:
        if account.exhausted and source is account.purse.token:
            return CreditStatus.EXHAUSTED
        return account.purse.status(source)

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

    def change() -> bool:
        setattr(source, attribute, amount_wh)
        return True

    live.requests.act(change)


def _move(live: LiveParts, source: CreditSource, amount_wh: int) -> None:
    """Set the credit, within what the register holds.

    Raises:
        AccessError: more than that.
    """
    account = live.parts.prepayment
    if abs(amount_wh) > account.terms.capacity_wh:
        raise AccessError(ActionResult.OTHER_REASON)

    def change() -> bool:
        account.purse.adjust(source, amount_wh * NJ_PER_WH)
        return True

    live.requests.act(change)
