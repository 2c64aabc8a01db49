"""Pages of the vending room: they read a form, call one verb or one question, and show what came of it.

Map of the room::

    urls.py      addresses
    fields.py    pesos and kWh as Colombia writes them
    forms.py     what the counter and the office type
    counter.py   the cashier's screen: number and amount, name and price, token
    shifts.py    open and close a counter; deposits
    sales.py     the book of sales, one sale, its explanation
    doing.py     do something with a valid form, and say what came of it
    management.py, key_changes.py, requests.py   tokens of the office, and what needs four eyes
    points_of_sale.py, tariffs.py, obligations.py, bills.py, reports.py   the office's pages
    tickets.py   a sale's ticket: picture, printer bytes, PDF
"""
