"""Background jobs: work that no click asks for: what is owed, what is due, what must be tried again.

Map of the room::

    jobs.py      the table: name, period, verb by its dotted path
    models.py    when each is due, the worker that does it now, its last outcome
    worker.py    leases what is due, does each apart from the others; stops when it is asked to

`amibench system work` runs it. A job may run twice (a worker dies after the work and before the mark), so
every verb is safe to repeat. The app's label, ``chores``, and its table keep their first name.
"""
