"""Office of a utility that a command starts for a simulated community, and that goes away with the command.

`amibench demo`, `amibench month` and the benchmark of vending are built on it; it knows none of them. ::

    processes.py         processes that say one line of JSON when they are ready; their environment, their end
    security_module.py   the security module as one of them: published test keys, two operators, one client
    community.py         meters, their keys as tables and as a key file, concentrators, staff
"""
