"""What the customer unit is told and what its entries do: the meter's side of the unit's link."""

from collections.abc import Callable
from dataclasses import dataclass

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from sim.meter.ciu.answers import Answers
from sim.meter.ciu.messages import Lamps, Page, Show
from sim.meter.ciu.unit import UnitLink
from sim.meter.components import Components
from sim.meter.information import idle_state, information
from sim.meter.profile import MeterProfile
from sim.meter.tokens import TokenRecord, taken


@dataclass(frozen=True, slots=True)
class CustomerHooks:
    """The meter as its customer side sees it.

    Args:
        powered: False while the meter is dead.
        talking: True while somebody talks to the meter over a port.
        enter_token: takes a token in.
    """

    powered: Callable[[], bool]
    talking: Callable[[], bool]
    enter_token: Callable[[str, TokenDeliveryMethod], TokenRecord]


def unit_link(profile: MeterProfile, parts: Components, hooks: CustomerHooks) -> UnitLink:
    """The seam between meter and customer unit, for a unit that is wired straight to it."""
    account = parts.prepayment
    answers = Answers(
        profile.ciu.lang, profile.ciu.short_codes, information(profile, parts), profile.ciu.result_s
    )

    def take_entry(entry: str) -> Show:
        if answers.is_short_code(entry):
            return answers.short_code(entry)
        record = hooks.enter_token(entry, TokenDeliveryMethod.MANUAL_ENTRY)
        return answers.token(
            record.outcome.name,
            taken=taken(record.outcome),
            granted_wh=record.granted_wh,
            information=record.information,
        )

    def idle_page() -> Page:
        return answers.idle(idle_state(parts), account.credit_wh)

    def lamps() -> Lamps:
        return Lamps(comms=hooks.talking(), alarm=parts.tamper.alarm, credit=not account.exhausted)

    return UnitLink(
        entry=take_entry,
        idle_page=idle_page,
        lamps=lamps,
        warns=lambda: account.low and not account.exhausted,
        powered=hooks.powered,
    )
