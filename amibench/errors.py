"""Errors of a command: one sentence with the mend on standard error, and exit code 3."""

import typer

EXIT_USAGE = 3


class CommandError(Exception):
    """A command cannot go on; the message is the whole sentence that the user sees."""


def fail(sentence: str) -> typer.Exit:
    """Say `sentence` on standard error; raise what this returns."""
    typer.echo(f"amibench: {sentence}", err=True)
    return typer.Exit(EXIT_USAGE)
