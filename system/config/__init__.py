"""Settings, addresses and clocks of the Django project.

Map of the room::

    settings/        base, and what development, test and production change
    environment.py   reads the environment: one sentence for each value that makes no sense
    clock.py         business time and security time
    urls.py          which page and which API lies where
    wsgi.py          what waitress serves
"""
