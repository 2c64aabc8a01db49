"""Rows of the app `vending`. Facts are written once; balances are sums of facts that a test adds up again."""

from system.vending.models.billing import (
    Bill,
    BillPayment,
    InstallationMonth,
    InstallationResidue,
    ObligationRow,
    TariffVersion,
)
from system.vending.models.ledger import (
    AccountBalance,
    AccountKind,
    LedgerAccount,
    Movement,
    MovementKind,
    MovementOutcome,
    Transfer,
)
from system.vending.models.points_of_sale import Deposit, Merchant, PointOfSale, Shift, ShiftClosure
from system.vending.models.sales import (
    OpenSale,
    PlannedKeyChange,
    Reversal,
    Sale,
    SaleKind,
    SaleOutcome,
    TicketPrint,
    Token,
    TokenRole,
)

__all__ = [
    "AccountBalance",
    "AccountKind",
    "Bill",
    "BillPayment",
    "Deposit",
    "InstallationMonth",
    "InstallationResidue",
    "LedgerAccount",
    "Merchant",
    "Movement",
    "MovementKind",
    "MovementOutcome",
    "ObligationRow",
    "OpenSale",
    "PlannedKeyChange",
    "PointOfSale",
    "Reversal",
    "Sale",
    "SaleKind",
    "SaleOutcome",
    "Shift",
    "ShiftClosure",
    "TariffVersion",
    "TicketPrint",
    "Token",
    "TokenRole",
    "Transfer",
]
