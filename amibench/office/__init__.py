"""A utility's office that a command starts for a simulated village, and that goes away with the command.

`amibench demo`, `amibench month` and the benchmark of vending are built on it; it knows none of them. ::

    processes.py   processes that say one line of JSON when they are ready, and how all of them end
    settings.py    the environment that an office's processes live in, nothing of a real system in it
    module.py      the security module as one of these processes
    key_store.py   its store: published test keys, two operators, one client
    meter_keys.py  what opens the village's meters and concentrators, as tables and as a key file
    staff.py       who works there
"""
