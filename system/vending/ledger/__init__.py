"""The ledger's verbs: find an account, reserve a movement, end it; and the sums again.

reserve(movement, entries)     pending: balances know it, nothing is final
settle(movement, posted=True)  posted, or voided: once
post(movement, entries)        both at once
check.faults()                 what does not add up: an empty list, for ever
"""

from system.vending.ledger.accounts import account_of
from system.vending.ledger.movements import Entry, OverLimit, post, reserve, settle

__all__ = ["Entry", "OverLimit", "account_of", "post", "reserve", "settle"]
