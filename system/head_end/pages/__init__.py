"""Pages of the field: what is wrong now, meters, concentrators, readings, events, orders.

Each page reads a form, asks one question of `selectors` or calls one verb of `services`, and shows it.

::

    meters.py         what is wrong now, list, one meter, orders to it and decisions about it
    concentrators.py  channels into the field; meters found behind them, and the decision about each
    readings.py       a day's curve, the days of a meter, gaps
    events.py         events of meters and concentrators
    orders.py         orders to one meter and to many: lists, steps, progress, abort, mass disconnection
    settings.py       collection plans and the rules of the provider
    forms.py          every form of the room
    form_actions.py   a verb called for a form or a button
"""
