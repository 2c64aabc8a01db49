"""The sale of energy: tariffs, obligations, ledger, sale, token, receipt, points of sale.

Map of the room::

    pricing/          from pesos to units: one pure function, in integers, explainable years later
    models/           the rows: facts that are written once, and balances beside them
    ledger.py         accounts and movements: reserve, settle, post; and the trial balance
    selectors/        questions: supply behind a number, pricing inputs, obligations, shifts, approvals
    services/         verbs: `vend_transaction` (reserve, mint, commit, recover) and what is sold by it
    ticket/           one layout of a ticket; printer bytes, picture and PDF of it
    pages/, rest/     the counter and the office, for people and as routes of the API
    delivery/         tokens on their way to the meter, messages to the customer
    offline/          the office behind terminals that sell without a link
    bench/            the conformance bench's way in; never part of production
    module_client.py  client of the security module, one for each thread; every verb mints through it
    warming.py        warm-up of a process before it serves
    errors.py         refusals

Pages and routes stand on services, these on selectors, these on the ledger and the rows: import contracts.
How a sale survives: docs/explanation/selling.md.
"""
