"""``amibench sts``: tokens of IEC 62055-41 by hand, and the files of vectors and scenarios."""

import typer

from amibench.commands.sts.decode import decode
from amibench.commands.sts.key_change import key_change
from amibench.commands.sts.mint import mint
from amibench.commands.sts.vectors import scenario, vectors

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def _group() -> None:
    """Tokens of IEC 62055-41 (STS)."""


for _command in (mint, decode, vectors, scenario):
    app.command()(_command)
app.command("key-change")(key_change)
