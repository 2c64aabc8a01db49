"""``amibench sim``: the simulated field: run a world in virtual time, serve it, and let things go wrong.

::

    run.py       a world in virtual time: progress, summary, charts, digest
    serve.py     a world in real time for any outside client; one JSON line when ready
    inject.py    a fault of a device of a served world
    screen.py    the summary as a person reads it
    plots.py     the charts of a run
    options.py   what several of them ask for
    texts.py     what the commands say, in English and Spanish
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
