"""Names of vending for other apps: networks, reports, portal and demo import nothing else of it."""

from system.vending.delivery.carriers import TokenState, local_token_states, token_states
from system.vending.delivery.completion import delivery_ended
from system.vending.delivery.status import ANSWERS, delivered, delivery_status, executed
from system.vending.errors import SalePending, SaleUnderWay, UnableToSell
from system.vending.ledger import LedgerEntry, account_of, new_movement, post
from system.vending.models import (
    AccountBalance,
    AccountKind,
    Bill,
    BillPayment,
    LedgerAccount,
    Merchant,
    Movement,
    MovementKind,
    OpenSale,
    PointOfSale,
    Reversal,
    Sale,
    SaleKind,
    SaleOutcome,
    Shift,
    TariffVersion,
    Token,
    Transfer,
)
from system.vending.pages.forms import PesosField
from system.vending.pricing import PricingError
from system.vending.pricing.explain import kwh, pesos
from system.vending.pricing.money import AMOUNT_C_MAX, MILLI_PER_CENTAVO, PPM, WH_PER_UNIT, half_up
from system.vending.pricing.zni import FULL_COST_ABOVE_KWH, subsistence_units
from system.vending.selectors.customer_account import months_of
from system.vending.selectors.obligations import obligation_status
from system.vending.services.issue_tokens import issue_management
from system.vending.services.points_of_sale import create_merchant, create_point_of_sale, set_limit
from system.vending.services.sell_energy import SaleRequest, offer, sell_energy

__all__ = [
    "AMOUNT_C_MAX",
    "ANSWERS",
    "FULL_COST_ABOVE_KWH",
    "MILLI_PER_CENTAVO",
    "PPM",
    "WH_PER_UNIT",
    "AccountBalance",
    "AccountKind",
    "Bill",
    "BillPayment",
    "LedgerAccount",
    "LedgerEntry",
    "Merchant",
    "Movement",
    "MovementKind",
    "OpenSale",
    "PesosField",
    "PointOfSale",
    "PricingError",
    "Reversal",
    "Sale",
    "SaleKind",
    "SaleOutcome",
    "SalePending",
    "SaleRequest",
    "SaleUnderWay",
    "Shift",
    "TariffVersion",
    "Token",
    "TokenState",
    "Transfer",
    "UnableToSell",
    "account_of",
    "create_merchant",
    "create_point_of_sale",
    "delivered",
    "delivery_ended",
    "delivery_status",
    "executed",
    "half_up",
    "issue_management",
    "kwh",
    "local_token_states",
    "months_of",
    "new_movement",
    "obligation_status",
    "offer",
    "pesos",
    "post",
    "sell_energy",
    "set_limit",
    "subsistence_units",
    "token_states",
]
