"""Payment: the prepayment account and the tokens that fill it.

::

    prepayment.py   the account: mode and status, energy and charges against credits
    credits.py      sources of credit, and the order in which they are used
    charges.py      charges, when they are due, and how they are collected
    plan.py         credits, charges and friendly hours of one model, as the profile says
    tokens.py       tokens from keypad, gateway and carrier over one STS acceptance; their effects and events
    payment_log.py  tokens, credits and collections, kept row by row

Without a plan the account is one token credit and one consumption charge.

Source: IEC 62056-6-2, Account, Credit, Charge (classes 111, 112, 113)
"""
