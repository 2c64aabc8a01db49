"""The field as people see it: what is wrong now, meters, concentrators, readings, events, orders.

Each page reads a form, asks one question of `selectors` or calls one verb of `services`, and shows what came.

::

    meters.py         list, one meter, what can be asked of it
    meter_changes.py  what people decide of a meter: how it is spoken with, put apart, a change accepted
    concentrators.py  ways into the field; what was found behind them, and what becomes of it
    readings.py       a day's curve, the days of a meter, gaps
    events.py         what devices told
    orders.py         one meter's orders: list, one with its steps, a new one
    groups.py         the same order for many meters: progress, abort, mass disconnection
    settings.py       what is read when, and the rules of the provider
    home.py           what is wrong now
    forms.py, settings_forms.py, channel_form.py   what is typed
    event_rows.py, answers_shown.py   events and answers in words
    common.py         what all of them need
"""
