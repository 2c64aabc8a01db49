"""The shop of a world whose tickets are sales: the customer's wish goes over the counter of `system.vending`.

The counter opens when the first customer of a day comes. When the day ends, the cash is counted, the shift
closed, and what was collected handed to the utility, so that the shop's credit lasts.
"""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from amibench.commands.month.office import Office
from sim.scenarios.shop import Shop, Ticket

#: Ids of sales, shifts and deposits come from names, so that the same seed makes the same books.
_NAMES = uuid.UUID("6d0c1f3e-8f6c-5d0a-9a53-6d6f6e746831")
_UNIT_WH = 100


class TokenEntry(StrEnum):
    """Way of tokens into the meter."""

    TYPED = "typed"
    SENT = "sent"
    BOTH = "both"


class VendingShop(Shop):
    """Sells to the meters of a world, for money.

    Args:
        instant: gives the present, UTC.
        seed: of the world.
        ways: how customers get their tokens, in turn.

    Attributes:
        open: False: no more sales.
        refusals: reasons of refused sales, and their number.
    """

    __slots__ = ("_drns", "_office", "_seed", "_sold", "_ways", "open", "refusals")

    def __init__(self, instant: Callable[[], datetime], seed: int, ways: tuple[TokenEntry, ...]) -> None:
        super().__init__(instant)
        self._office: Office | None = None
        self._seed = seed
        self._drns: dict[str, str] = {}
        self._ways = ways
        self._sold: Counter[str] = Counter()
        self.open = False
        self.refusals: Counter[str] = Counter()

    def begin(self, office: Office, drns: dict[str, str]) -> None:
        """Open the shop.

        Args:
            office: where the books are.
            drns: name of a meter in the world -> its decoder reference number.
        """
        self._office = office
        self._drns = drns
        self.open = True

    def entry_of(self, meter: str) -> TokenEntry:
        """Way of this customer's tokens into the meter."""
        return self._ways[list(self._drns).index(meter) % len(self._ways)]

    def sell(self, meter: str, amount_wh: int, rnd: int) -> Ticket | None:
        """A sale, its tokens on the ticket, on their way to the meter, or both; None where it is refused."""
        if self._office is None or not self.open:
            return None
        self._sold[meter] += 1
        sale_id = self.name_of("sale", meter, self._sold[meter])
        way = self.entry_of(meter)
        wish = (sale_id, self._drns[meter], amount_wh // _UNIT_WH)
        sold = self._office.ask(_sell, *wish, self._shift_name(), way is not TokenEntry.TYPED)
        if isinstance(sold, str):
            self.records[meter].refused += 1
            self.refusals[sold] += 1
            return None
        tokens, units, sent = sold
        # where the meter is out of reach the customer carries the ticket home, whatever was wished
        ticket = Ticket(() if sent and way is TokenEntry.SENT else tokens, units * _UNIT_WH, sent=sent)
        self.records[meter].tickets.append(ticket)
        return ticket

    def close_day(self) -> None:
        """Count, close, deposit; nothing on a day without a sale."""
        if self._office is not None:
            self._office.ask(_close_day, self.name_of("deposit", self._shift_name()))

    def name_of(self, *words: Any) -> uuid.UUID:
        """An id of this world's seed."""
        return uuid.uuid5(_NAMES, "/".join(map(str, (self._seed, *words))))

    def _shift_name(self) -> uuid.UUID:
        return self.name_of("shift", _open_shift_day(self._instant()))


def _open_shift_day(instant: datetime) -> date:
    from system.config.clock import business_day

    return business_day(instant)


def _sell(
    sale_id: uuid.UUID, drn: str, units: int, shift_id: uuid.UUID, send: bool
) -> tuple[tuple[str, ...], int, bool] | str:
    """At the desk: tokens in their order, units, and whether they are on their way; or why not."""
    from system.vending.errors import UnableToSell
    from system.vending.models import PointOfSale, Token
    from system.vending.selectors.shifts import open_shift_of
    from system.vending.services.sell_energy import SaleRequest, sell_energy
    from system.vending.services.shifts import open_shift

    cashier = _user("cashier")
    shift = open_shift_of(cashier) or open_shift(cashier, PointOfSale.objects.get(), 0, shift_id)
    try:
        sale = sell_energy(cashier, shift, SaleRequest(sale_id, drn, units=units))
    except UnableToSell as refusal:
        return str(refusal)
    digits = Token.objects.filter(sale=sale).order_by("position").values_list("digits", flat=True)
    return tuple(digits), sale.units, send and _send(sale)


def _send(sale: Any) -> bool:
    """Send the tokens of a sale; False where its meter cannot be reached now."""
    from system.vending.delivery.hand_over import UnableToDeliver, send_to_meter
    from system.vending.delivery.models import HandOverState

    try:
        return bool(send_to_meter(_user("cashier"), sale).state == HandOverState.HANDED)
    except UnableToDeliver:
        return False


def _close_day(deposit_id: uuid.UUID) -> None:
    from system.vending.selectors.shifts import collected_c, open_shift_of
    from system.vending.services.shifts import close_shift, receive_deposit

    cashier = _user("cashier")
    shift = open_shift_of(cashier)
    if shift is None:
        return
    cash_c = collected_c(shift)
    close_shift(cashier, shift, cash_c)
    if cash_c:
        merchant = shift.point_of_sale.merchant
        receive_deposit(_user("supervisor"), merchant, cash_c, "cierre del día", deposit_id)


def _user(role: str) -> Any:
    from system.accounts.models import User

    return User.objects.get(role=role)
