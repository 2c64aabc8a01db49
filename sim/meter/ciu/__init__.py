"""Customer interface unit (CIU): twelve keys, two lines, three lamps and a sounder. It decides nothing.

Map of the room::

    unit.py            the unit: keypad, pages, lamps, sounder, battery
    keypad_display.py  the entry buffer, the pages and every word on the display, Spanish and English
    link.py            terms, medium (wire or power line), and the unit's end: held entries, repeats
    pairing.py         the units that a meter is paired with
    server.py          the meter's side of the link: answers, values to be asked for, orders

Meter and unit are two devices (IPSE requirement R6.1-01) and know each other by the frames of
`protocols.field.ciu_link` only.
"""
