"""Pricing: one pure function from what is known at the counter to the lines of the receipt, in integers.

::

    price_sale(SaleInputs(...)) -> Quote        what an amount buys
    amount_for(inputs, units)   -> int          what must be paid for so many units
    price_bill(BillInputs(...)) -> Bill         what a consumption costs (postpaid)
    price_availability(...)     -> Bill         what a month of availability costs

Map of the room::

    money.py          centavos, prices, and the exact thousandth of a centavo between them
    tariff.py         Step, Tariff: a version of a tariff, what so many units cost in it, and a preview
    zni.py            tariffs of the non-interconnected zones: unit cost, two prices, subsistence block
    sale.py           obligations and their order, SaleInputs, price_sale, amount_for
    bill.py           price_bill, price_availability
    serialization.py  inputs as JSON and back: what a sale keeps, so that it can be explained
    explain.py        a quote in words, Spanish and English
    errors.py         PricingError: codes and their words

Nothing here reads a clock, a database or a setting. The same inputs give the same quote for ever: a change of
the rules is a new `RULES` number, and the former function stays.

**Nothing is lost by rounding.** A unit (0.1 kWh) at a price in 10⁻⁴ COP/kWh costs a whole number of
thousandths of a centavo. What an amount leaves over below one unit is the customer's residue, carried
exactly; so many small purchases buy what one large purchase buys. The ledger sees whole centavos, whose sums
are those of the exact ones.
"""

from system.vending.pricing.bill import Bill, BillInputs, price_availability, price_bill
from system.vending.pricing.errors import PricingError
from system.vending.pricing.sale import (
    Line,
    LineKind,
    Obligation,
    ObligationKind,
    Quote,
    Rule,
    SaleInputs,
    amount_for,
    price_sale,
)
from system.vending.pricing.tariff import Step, Tariff, in_force
from system.vending.pricing.zni import ReferenceTariff, subsistence_units, unit_cost_e4, zni_tariff

__all__ = [
    "Bill",
    "BillInputs",
    "Line",
    "LineKind",
    "Obligation",
    "ObligationKind",
    "PricingError",
    "Quote",
    "ReferenceTariff",
    "Rule",
    "SaleInputs",
    "Step",
    "Tariff",
    "amount_for",
    "in_force",
    "price_availability",
    "price_bill",
    "price_sale",
    "subsistence_units",
    "unit_cost_e4",
    "zni_tariff",
]
