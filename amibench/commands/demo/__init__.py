"""``amibench demo``: a living village on this machine: field, office and portal, until Ctrl-C.

::

    command.py     the command: what is asked for, and what is refused
    stages.py      the processes in their order, each ready before the next needs it
    ending.py      how it is asked to end
    village.py     the meters of the world and the random credentials, as `system.demo` takes them
    screen.py      what is printed: where to click
    texts.py       its words, English and Spanish

Processes, security module and keys of an office are those of `amibench.office`.
"""

from amibench.commands.demo.command import app

__all__ = ["app"]
