"""The sale of energy: tariffs, obligations, ledger, sale, token, receipt, points of sale.

Map of the room::

    pricing/     from pesos to units: one pure function, in integers, explainable years later
    models/      the rows: facts that are written once, and balances beside them
    ledger/      find an account, reserve a movement, end it; and add everything up again
    selectors/   questions: who is behind a number, what a price depends on, what is owed
    services/    verbs: sell, finish, recover, reverse, issue, bill, open and close a shift
    ticket/      one model of a ticket; printer bytes, picture and PDF of it
    pages/       what the counter and the office see
    rest/        the same as routes of the API
    bench/       the conformance bench's way in; never part of production
    module.py    the security module, as this room reaches it
    warming.py   what a process loads before it serves, so that the first sale does not wait for it
    errors.py    why something was not sold

How a sale survives: docs/explanation/selling.md.
"""
