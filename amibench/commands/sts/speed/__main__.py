"""``python -m amibench.commands.sts.speed`` prints the table."""

import typer

from amibench.commands.sts.speed import lines, measure

typer.echo("\n".join(lines(measure())))
