"""One entry of a terminal's chain into the books.

Map of the room::

    figures.py    the books' own price of what a terminal sold, and the difference: pure
    context.py    what settling one batch shares
    finding.py    what is told to a person
    judging.py    what is strange about a sale: lease, clock, counter, token
    sale.py       a sale: as it was sold, trued up
    shifts.py     shifts, prints, packs that were loaded
    entries.py    kind of entry -> what settles it
"""
