"""Pages of the office behind terminals.

Map of the room::

    terminals.py  all terminals, one terminal, and its settlement: batch, cash, pack
    enrolment.py  take one in, or in place of another; its terms and operators
    files.py      packs, batches and the office's keys as files
    forms.py, urls.py
"""
