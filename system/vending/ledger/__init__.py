"""The ledger's verbs: find an account, reserve a movement, end it; and the sums again.

reserve(movement, entries)     pending: balances know it, nothing is final
write, claim                   the halves of reserve: facts, then the balances that everybody wants
settle(movement, posted=True)  posted, or voided: once
post(movement, entries)        both at once
post_fact(movement, entries)   the same for money that was taken elsewhere: no limit refuses it
check.faults()                 what does not add up: an empty list, for ever
"""

from system.vending.ledger.accounts import account_of
from system.vending.ledger.movements import Entry, OverLimit, claim, post, post_fact, reserve, settle, write

__all__ = ["Entry", "OverLimit", "account_of", "claim", "post", "post_fact", "reserve", "settle", "write"]
