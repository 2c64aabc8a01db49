"""One entry of a terminal's chain into the books.

Map of the room::

    figures.py    the books' own price of what a terminal sold, and the difference: pure
    facts.py      what a sale's entry says, by name
    context.py    what settling one batch shares, and what is told to a person
    buyer.py      for whom: the meter as it was leased, where it hangs, what was agreed
    people.py     by whom, in which shift, under which number
    judging.py    what is strange about a sale: lease, limit, clock, counter, token
    sale.py       a sale: as it was sold, trued up, its money posted
    entries.py    kind of entry -> what settles it
"""
