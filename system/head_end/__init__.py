"""Head-end: collection of readings and events, orders to meters, and their state in the field.

Map of the room::

    vocabulary.py        kinds, states and reasons that store, collector and pages share; `errors.py`
    api.py               the way in for vending, networks, reports, demo; its values: `api_types.py`
    store_port.py        the port between collector and store; `django_store.py` is the store on the database
    acquisition/         the collector: asyncio, links and DLMS, no Django
    end_device_events.py codes, names, alarms and Spanish texts of events, and the logs of meters
    quantities.py        names, units, scalers, registers that only count up
    intervals.py         grid of a profile, times as sets of spans
    registration_rules.py  the decision about a meter that was found
    models/              channels and meters, readings and plans, orders
    selectors/           questions: due work, curves, consumption, gaps, problems
    services/            verbs: orders and their lifecycle, readings, their validation, registration
    value_storage/       values into the database, by its dialect
    pages/, rest/        the field for people, and for programs

Imports go one way: pages and rest → services → selectors → models.
How it works and why: docs/explanation/the-closed-loop.md.
"""
