"""Pages of the vending room: they read a form, call one verb or one question, and show what came of it.

Map of the room::

    urls.py               addresses
    forms.py              fields, forms, and what is done with a valid one
    counter.py            the cashier's screen: number and amount, name and price, token
    shifts.py             open and close a counter; deposits
    sales.py              the book of sales, one sale, its explanation, its ticket
    tokens.py             management tokens, planned key changes
    approval_requests.py  what needs a second person: ask, sign, carry out
    points_of_sale.py, tariffs.py, billing.py   the office's pages
    customer_account.py   a subscriber's own page
"""
