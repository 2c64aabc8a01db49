"""The customer interface unit: twelve keys, two lines, three lamps and a sounder. It decides nothing.

Map of the room::

    messages.py   what travels between unit and meter: a finished entry up, pages and lamps down
    keypad.py     the entry buffer: keys in, a finished entry out; back-space and time-out
    unit.py       the unit: keypad, pages that follow each other, lamps, sounder
    texts.py      every word on the display, Spanish and English
    answers.py    what the meter has the unit show: the result of a token, a short code, the idle page

The unit has its own room because it is a device of its own (IPSE requirement R6.1-01): the same messages will
travel over a wire or a power line once `protocols.field` has frames for them.
"""
