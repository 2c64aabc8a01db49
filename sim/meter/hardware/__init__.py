"""The iron of a meter: what it is, whatever its program believes; nothing here is kept in its memory.

::

    iron.py         all of it, as the profile says
    terminals.py    the terminals: what the customer or the line does to voltage and current before they count
    contacts.py     the relay's contacts: wear, heat, weld
    relay_watch.py  moves the contacts, tells the world, notices a relay that does not obey
    module_slot.py  the slot of the communication module
    spoiler.py      frames that leave the meter damaged
    crystal.py      the clock's crystal and its battery
"""
