"""``amibench meter``: a stand-alone virtual meter, and a client that reads meters and sells them tokens.

::

    serve.py       meters behind ports, until Ctrl-C; the target file that certifies them
    read.py        reading: objects.py the object list, values.py attributes, tables.py for people
    token.py       a token through the gateway, once
    listen.py      pushes of meters, as tables and JSON
    connection.py  from options and a URL to a session, from errors to sentences
    keys.py        passwords and keys from a file, the environment or a prompt
    texts.py       sentences of these commands in both languages
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
