"""``amibench demo``: a living village on this machine: field, office and portal, until Ctrl-C.

::

    command.py     the command: what is asked for, and what is refused
    stages.py      the processes in their order, each ready before the next needs it
    children.py    a process that says one line of JSON when it is ready, and how all of them end
    village.py     the meters of the world and the random credentials, as `system.demo` takes them
    key_store.py   a security module of published test keys in a folder that goes away
    meter_keys.py  the collector's key file: test keys, and the secret of the concentrators
    screen.py      what is printed: where to click
    texts.py       its words, English and Spanish
"""

from amibench.commands.demo.command import app

__all__ = ["app"]
