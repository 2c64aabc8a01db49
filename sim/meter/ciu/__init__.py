"""The customer interface unit: twelve keys, two lines, three lamps and a sounder. It decides nothing.

Map of the room::

    terms.py        a model of unit and of its link: wired, or over the power line
    medium.py       the wire or the line: latency, loss, who hears whom
    link_end.py     the unit's end of the link: held entries, repeats, pairing, loss
    link_states.py  unpaired, pairing, paired, lost: the table
    keypad.py       the entry buffer: keys in, a finished entry out; back-space and time-out
    unit.py         the unit: keypad, pages, lamps, sounder, battery
    pages.py        pages that follow each other; how digits look that are being typed
    texts.py        every word on the display, Spanish and English
    messages.py     values of the display
    answers.py      what the meter has the unit show: the result of a token, a short code, the idle page

Meter and unit are two devices (IPSE requirement R6.1-01) and know each other by the frames of
`protocols.field.ciu_link` only; `sim.meter.ciu.server` is the other end.
"""
