"""Classes 111, 112, 113: account, token credit and consumption charge, all in Wh.

The currency of this account is energy (unit *consumption*): one Wh of register costs one Wh of credit.

Source: IEC 62056-6-2, Account, Credit, Charge
"""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.enumerations import (
    AccountStatus,
    ChargeType,
    CreditConfigurationBit,
    CreditStatus,
    CreditStatusBit,
    CreditType,
    CurrencyUnit,
)
from protocols.dlms.cosem.objects import constant
from protocols.dlms.obis import Obis
from sim.meter.cosem.bound import NEVER, Bound, getter, time_octets
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CREDIT = axdr.octet_string(Obis.from_string("0.0.19.10.0").to_bytes())
CHARGE = axdr.octet_string(Obis.from_string("0.0.19.20.0").to_bytes())
ENERGY = axdr.octet_string(Obis.from_string("1.0.1.8.0").to_bytes())
REGISTER_CLASS, VALUE_ATTRIBUTE = 3, 2
LOWEST_PRIORITY_FIRST = 1
ALWAYS_COLLECTED = "000"
WHOLE_TOKEN_PERCENT = 100


def bits(positions: set[int], length: int) -> Data:
    """A bit-string with these positions set, counted from its first bit.

    >>> bits({0, 6}, 8).value
    '10000010'
    """
    return axdr.bit_string("".join("1" if position in positions else "0" for position in range(length)))


def bind_account(live: LiveParts, _row: ObjectTerms) -> Bound:
    """The one account: one credit, one charge, every token goes whole to the credit."""
    account = live.parts.prepayment
    mode = axdr.structure(axdr.enum(account.terms.payment_mode), axdr.enum(AccountStatus.ACTIVE))
    fixed: dict[int, Data] = {
        2: mode,
        3: axdr.unsigned(0),
        7: axdr.double_long(0),
        8: axdr.double_long(0),
        9: axdr.array(CREDIT),
        10: axdr.array(CHARGE),
        11: axdr.array(axdr.structure(CREDIT, CHARGE, axdr.bit_string(ALWAYS_COLLECTED))),
        12: axdr.array(axdr.structure(CREDIT, axdr.unsigned(WHOLE_TOKEN_PERCENT))),
        13: axdr.octet_string(NEVER),
        14: axdr.octet_string(NEVER),
        15: axdr.structure(axdr.utf8_string("Wh"), axdr.integer(0), axdr.enum(CurrencyUnit.CONSUMPTION)),
        16: axdr.double_long(account.terms.low_threshold_wh),
        17: axdr.double_long(0),
        18: axdr.long_unsigned(0),
        19: axdr.double_long(0),
    }
    return Bound(
        getters={index: constant(data) for index, data in fixed.items()}
        | {
            4: getter(lambda: bits(_status(live), 8)),
            5: getter(lambda: axdr.double_long(max(0, account.credit_wh))),
            6: constant(axdr.double_long(0)),
        }
    )


def _status(live: LiveParts) -> set[int]:
    account = live.parts.prepayment
    standing = {
        CreditStatusBit.IN_CREDIT: not account.exhausted,
        CreditStatusBit.LOW_CREDIT: account.low,
        CreditStatusBit.OUT_OF_CREDIT: account.exhausted,
    }
    return {int(bit) for bit, holds in standing.items() if holds}


def bind_credit(live: LiveParts, _row: ObjectTerms) -> Bound:
    """The token credit."""
    account = live.parts.prepayment
    configuration = {CreditConfigurationBit.VISUAL_INDICATION, CreditConfigurationBit.ABLE_TO_RECEIVE_TOKENS}

    def status() -> Data:
        return axdr.enum(CreditStatus.EXHAUSTED if account.exhausted else CreditStatus.IN_USE)

    return Bound(
        getters={
            2: getter(lambda: axdr.double_long(account.credit_wh)),
            3: constant(axdr.enum(CreditType.TOKEN)),
            4: constant(axdr.unsigned(LOWEST_PRIORITY_FIRST)),
            5: getter(lambda: axdr.double_long(account.terms.low_threshold_wh)),
            6: constant(axdr.double_long(0)),
            7: getter(lambda: bits({int(bit) for bit in configuration}, len(CreditConfigurationBit))),
            8: getter(status),
            9: getter(lambda: axdr.double_long(account.last_amount_wh)),
            10: constant(axdr.double_long(0)),
            11: constant(axdr.octet_string(NEVER)),
        }
    )


def bind_charge(live: LiveParts, _row: ObjectTerms) -> Bound:
    """The consumption charge: what the imported energy took from the credit."""
    account, zone = live.parts.prepayment, live.profile.deviation_minutes
    unit_charge = axdr.structure(
        axdr.structure(axdr.integer(0), axdr.integer(0)),
        axdr.structure(axdr.long_unsigned(REGISTER_CLASS), ENERGY, axdr.integer(VALUE_ATTRIBUTE)),
        axdr.array(axdr.structure(axdr.octet_string(b""), axdr.long(1))),
    )
    return Bound(
        getters={
            2: getter(lambda: axdr.double_long(account.consumed_wh)),
            3: constant(axdr.enum(ChargeType.CONSUMPTION_BASED)),
            4: constant(axdr.unsigned(LOWEST_PRIORITY_FIRST)),
            5: constant(unit_charge),
            6: constant(unit_charge),
            7: constant(axdr.octet_string(NEVER)),
            8: constant(axdr.double_long_unsigned(0)),
            9: constant(axdr.bit_string("01")),
            10: getter(lambda: axdr.octet_string(time_octets(live.parts.clock.epoch_us, zone))),
            11: constant(axdr.double_long(0)),
            12: constant(axdr.double_long(0)),
            13: constant(axdr.long_unsigned(0)),
        }
    )
