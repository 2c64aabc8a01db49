"""``amibench pos``: a point of sale that works without a link.

app.py      the commands
opened.py   a terminal, open, and its refusals as the one sentence of a command
texts.py    what they say, in English and Spanish
"""

from amibench.commands.pos.app import app

__all__ = ["app"]
