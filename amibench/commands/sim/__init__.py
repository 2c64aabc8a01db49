"""``amibench sim``: the simulated field: worlds in virtual time, served worlds, faults.

::

    run.py       a world in virtual time: progress, summary, digest
    plots.py     the charts of a run; a module of its own, as matplotlib takes a while to load
    serve.py     a world in real time for any outside client, and a fault of one of its devices (``inject``)
    options.py   options and sentences of these commands, and of `campaign` and `demo`
"""

import typer

from amibench.commands.sim.run import run
from amibench.commands.sim.serve import inject, serve

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The simulated field.")


@app.callback()
def _sim() -> None:
    """The simulated field."""


app.command()(run)
app.command()(serve)
app.command()(inject)
