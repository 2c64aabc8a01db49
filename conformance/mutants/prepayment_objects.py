"""Mutants of the prepayment objects: token gateway, account, credit, charge (classes 111 to 115; PPAY)."""

import dataclasses
from collections.abc import Mapping

from conformance.mutants._parts import bindings, part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.disconnect import ControlState
from protocols.dlms.cosem.enumerations import TokenStatusCode
from protocols.dlms.cosem.objects import Getter, constant
from protocols.sts.acceptance import TokenAcceptance
from sim.meter.cosem.binding import Bound
from sim.meter.cosem.binding_table import cosem_bindings
from sim.meter.cosem.logical_device import Binder
from sim.meter.cosem.requests import LiveParts
from sim.meter.payment.charges import Charge, Collector, Conditions
from sim.meter.payment.credits import CreditRegister
from sim.meter.payment.prepayment import Prepayment
from sim.meter.payment.tokens import TokenProcessor
from sim.meter.profile import ObjectTerms
from sim.meter.supply.supply_control import SupplyControl


@mutant(
    "two-tid-stores",
    "dlms-bb/class-115",
    Message("one TID store for each way in"),
    part("cosem_bindings"),
)
def two_tid_stores(live: LiveParts) -> dict[str, Binder]:
    """A meter whose DLMS gateway remembers its own tokens and knows nothing of the keypad's."""
    desk = live.parts.tokens
    own = TokenProcessor(TokenAcceptance(desk.register), desk._effects)  # noqa: SLF001 - the same effects, twice
    requests = dataclasses.replace(
        live.requests, enter_token=lambda digits, way: own.enter(digits, way, epoch_us=0)
    )
    return cosem_bindings(dataclasses.replace(live, requests=requests))


_EXECUTED = axdr.structure(axdr.enum(TokenStatusCode.TOKEN_EXECUTION_OK), axdr.bit_string("00000001"))


@mutant(
    "gateway-always-ok",
    "ppay/PPAY_TOKEN_N1",
    Message("the gateway always says yes"),
    part("cosem_bindings"),
)
def gateway_always_ok(live: LiveParts) -> dict[str, Binder]:
    """A meter whose token gateway says that every token was executed."""
    binders = cosem_bindings(live)
    gateway = binders["token-gateway"]

    def bind(row: ObjectTerms) -> Bound:
        bound = gateway(row)
        getters: Mapping[int, Getter] = {**bound.getters, 6: constant(_EXECUTED)}
        return dataclasses.replace(bound, getters=getters)

    return {**binders, "token-gateway": bind}


_MORE = 1000


@mutant(
    "overstates-available-credit",
    "dlms-bb/class-111",
    Message("the account says more credit than there is"),
    bindings("account"),
)
def overstates_available_credit(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose account says more credit than there is."""

    def available(selection: object) -> Data:
        found = bound.getters[5](None)
        return Data(found.tag, found.value + _MORE) if isinstance(found.value, int) else found

    return dataclasses.replace(bound, getters={**bound.getters, 5: available})


class DoubleCollector(Collector):
    """Collector that draws a second time."""

    __slots__ = ()

    def collect(self, charge: Charge, wanted_nj: int, epoch_us: int) -> bool:
        """One collection that is booked, and one that is not."""
        self._credits.draw(wanted_nj)
        return super().collect(charge, wanted_nj, epoch_us)


@mutant(
    "collects-twice",
    "ppay/PPAY_CHG_2",
    Message("collects twice each period"),
    part("prepayment"),
    profile="ppkw-full",
)
class CollectsTwice(Prepayment):
    """A meter that takes a charge by time twice each period, and books it once."""

    __slots__ = ()
    collector_type = DoubleCollector


class UnconditionalCollector(Collector):
    """Collector that ignores the state of the supply."""

    __slots__ = ()

    def advance(self, epoch_us: int, conditions: Conditions, *, counts: bool) -> bool:
        """As though the switch were closed."""
        return super().advance(epoch_us, Conditions(), counts=counts)


@mutant(
    "collects-while-off",
    "ppay/PPAY_CHG_3",
    Message("collects while the supply is off"),
    part("prepayment"),
    profile="ppkw-full",
)
class CollectsWhileOff(Prepayment):
    """A meter that collects its fee while the switch is open, whatever the account says."""

    __slots__ = ()
    collector_type = UnconditionalCollector


@mutant(
    "activates-price-at-once",
    "ppay/PPAY_CHG_4",
    Message("the passive price holds at once"),
    part("prepayment"),
    profile="ppkw-full",
)
class ActivatesPriceAtOnce(Prepayment):
    """A meter that puts a passive price in force as soon as its activation time is set."""

    __slots__ = ()

    def pass_time(self, epoch_us: int, conditions: Conditions = Conditions()) -> bool:  # noqa: B008
        """Every planned price begins now."""
        for charge in self.charges:
            if charge.activation_us is not None:
                charge.activation_us = epoch_us
        return super().pass_time(epoch_us, conditions)


class RegisterWithoutRepayment(CreditRegister):
    """Credit register without repayment of emergency credit."""

    __slots__ = ()

    def receive(self, amount_nj: int) -> None:
        """All of it is the customer's."""
        self.token.amount_nj += amount_nj


@mutant(
    "never-paid-back",
    "ppay/PPAY_CRED_4",
    Message("emergency credit is never paid back"),
    part("prepayment"),
    profile="ppkw-full",
)
class NeverPaidBack(Prepayment):
    """A meter that lends emergency credit and never takes it back out of a token."""

    __slots__ = ()
    credits_type = RegisterWithoutRepayment


@mutant(
    "cuts-in-friendly-hours",
    "ppay/PPAY_DISC_3",
    Message("cuts off in friendly hours"),
    part("prepayment"),
    profile="ppkw-full",
)
class CutsInFriendlyHours(Prepayment):
    """A meter that cuts its customers off at night, whatever hours are friendly."""

    __slots__ = ()

    @property
    def friendly(self) -> bool:
        """Never."""
        return False


@mutant(
    "recloses-in-mode-4",
    "ppay/PPAY_DISC_2",
    Message("closes by itself in mode 4"),
    part("supply_control"),
)
class ReclosesInMode4(SupplyControl):
    """A meter that closes its relay by itself after a recharge, in control mode 4 as well."""

    __slots__ = ()

    def local_reconnect(self) -> bool:
        """Ready is as good as connected."""
        if self._state is not ControlState.READY_FOR_RECONNECTION:
            return False
        self._state = ControlState.CONNECTED
        return True
