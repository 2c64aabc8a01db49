"""One entry of a terminal's chain into the books.

Map of the room::

    true_up.py   what the terminal reports, the books' own price of it, and the difference: pure
    findings.py  what a person should look at: lease, limit, clock, counter, token
    parties.py   for whom (the meter as it was leased) and by whom (operator, shift, number)
    posting.py   a sale as it was made, its money posted; kind of entry -> what settles it
"""
