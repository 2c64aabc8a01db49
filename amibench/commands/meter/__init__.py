"""``amibench meter``: a stand-alone virtual meter, and a client that reads meters and sells them tokens.

::

    serve.py       meters behind ports, until Ctrl-C
    read.py        reading; objects.py what there is, reading.py values, values.py and tables.py for people
    token.py       a token through the gateway, once
    listen.py      what meters push; pushes.py as tables and JSON
    connection.py  from a URL and keys to a session, from errors to sentences
    optical.py     the opening of IEC 62056-21 in front of it
    keys.py        passwords and keys from a file, the environment or a prompt
"""

import typer

from amibench.commands.meter.listen import listen
from amibench.commands.meter.read import read
from amibench.commands.meter.serve import serve
from amibench.commands.meter.token import token

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Virtual meters, and a client for any meter."
)


@app.callback()
def _meter() -> None:
    """Virtual meters, and a client for any meter."""


app.command()(serve)
app.command()(read)
app.command()(token)
app.command()(listen)
