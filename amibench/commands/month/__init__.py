"""``amibench month``: a village and its utility through a month of virtual time, and whether all books agree.

::

    command.py     the command: what is asked for, a bar, and what it ends with
    month.py       joins field, office and collector on one loop that moves the world
    office.py      the utility in this process: books in a folder, security module, one thread for both
    night.py       the collector, in the world's time
    till.py        the shop of the world, whose tickets are sales: with shifts, cash and deposits
    households.py  the meters of the world as the utility's registry takes them
    reconcile.py   field beside books: every promise of the loop as one line, kept or broken
    books.py       what the books hold, and what does not add up in them
    screen.py      what is printed
    texts.py       its words, English and Spanish
"""

from amibench.commands.month.command import app

__all__ = ["app"]
