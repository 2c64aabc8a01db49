"""Work that nobody asks for by a click: what is owed, what is due, what must be tried again.

Map of the room::

    table.py       the chores: name, period, verb by its dotted path
    models.py      ChoreRow: when each is due, who does it now, how it went
    leasing.py     who may do a chore now: one worker at a time, whoever dies loses it
    worker.py      does what is due, each apart from the others; stops when told

`amibench system work` runs it. A chore may run twice (a worker dies after the work and before the mark), so
every verb is safe to repeat.
"""
