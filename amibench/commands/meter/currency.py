"""Amounts of payment metering: credits, charges and accounts count in the currency of the account.

Source: IEC 62056-6-2, Account, attribute 15 (currency); Credit; Charge
"""

from collections.abc import Sequence
from dataclasses import dataclass

from amibench.commands.meter.objects import Listed
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.payment import Account, Charge, Credit
from protocols.dlms.session import AccessRefused, DlmsSession, ExceptionAnswered
from protocols.dlms.units import scaled

CURRENCY = 15

#: class -> attributes that are amounts
AMOUNTS: dict[int, frozenset[int]] = {
    Account.class_id: frozenset({5, 6, 7, 8, 16, 17}),
    Credit.class_id: frozenset({2, 5, 6, 9, 10}),
    Charge.class_id: frozenset({2, 11, 12}),
}


@dataclass(frozen=True, slots=True)
class Currency:
    """What amounts are counted in.

    Args:
        name: of the currency, as the meter has it: Wh, COP, min …
        scaler: exponent of ten of an amount.
    """

    name: str
    scaler: int

    def amount(self, value: int) -> str:
        """An amount with its unit.

        >>> Currency("Wh", 0).amount(25000)
        '25000 Wh'
        """
        return f"{scaled(value, self.scaler)} {self.name}".strip()


#: of a meter that tells none
NO_CURRENCY = Currency("", 0)


def is_amount(class_id: int, attribute: int) -> bool:
    """Whether an attribute is counted in the account's currency."""
    return attribute in AMOUNTS.get(class_id, frozenset())


def currency_of(session: DlmsSession, listed: Sequence[Listed]) -> Currency | None:
    """The currency of the first account, None where there is none or this client may not read it."""
    account = next((item for item in listed if item.class_id == Account.class_id), None)
    if account is None:
        return None
    try:
        return currency_in(session.get(Account, account.obis, CURRENCY))
    except (AccessRefused, ExceptionAnswered):
        return None


def currency_in(data: Data) -> Currency | None:
    """Read the attribute, None where it has another shape."""
    parts = data.value if isinstance(data.value, tuple) else ()
    if len(parts) < 2:
        return None
    name, scaler = parts[0].value, parts[1].value
    if not isinstance(name, str) or not isinstance(scaler, int):
        return None
    # a meter's text must not steer the terminal
    return Currency("".join(char for char in name if char.isprintable()), scaler)
