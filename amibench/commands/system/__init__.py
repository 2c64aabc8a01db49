"""``amibench system``: the production processes, and what an administrator does at the terminal.

Django takes its settings from ``DJANGO_SETTINGS_MODULE`` (production unless it is set) and the environment
(docs/how-to/run-the-system.md).
"""

from amibench.commands.system import backup, collect, take_readings
from amibench.commands.system.app import app

backup.register(app)
collect.register(app)
take_readings.register(app)

__all__ = ["app"]
