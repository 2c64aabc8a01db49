"""The head-end: what is spoken with the field, and what came of it.

Map of the room::

    vocabulary.py  words that store, collector and pages share; `answers.py` what other rooms are told
    desk.py        the seam between collector and store; `store.py` is the desk on the database
    acquisition/   the collector: asyncio, links and DLMS, no Django
    api.py         what vending, networks and reports may ask: nothing else of this room
    signals.py     an order ended
    models/        channels and meters, plans and coverage, series and values, events, orders
    orders/        the states of an order as a table of transitions, and the one place that moves them
    storing/       values into the database, fast
    plausible.py   what is not believed of readings, and why
    spans.py       times as sets of spans; `periods.py` the grid of a profile
    selectors/     questions: what is due, curves, consumption, what is wrong now
    services/      verbs: order, cancel, deliver, confirm, keep

How it works and why: docs/explanation/the-closed-loop.md.
"""
