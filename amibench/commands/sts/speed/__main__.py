"""``python -m amibench.commands.benches.sts`` prints the table."""

import typer

from amibench.commands.benches.sts import table_lines, time_workloads

typer.echo("\n".join(table_lines(time_workloads())))
