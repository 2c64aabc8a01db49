"""A terminal, open; and what it refuses as the one sentence that a command ends with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from amibench.commands.pos.texts import text
from amibench.commands.security_module_inputs import secret
from amibench.errors import CommandError
from protocols.offline.envelope import OCTETS_MAX
from system.terminal.errors import TerminalRefused
from system.terminal.open_terminal import OpenTerminal
from system.terminal.serving import SETTINGS

Lang = Annotated[str | None, typer.Option(help="es or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]

PASSPHRASE_VARIABLE = "AMIBENCH_POS_PASSPHRASE"  # noqa: S105 - a name


@contextmanager
def told(lang: str) -> Iterator[None]:
    """Turn refusals into the one sentence of a command."""
    try:
        yield
    except TerminalRefused as refused:
        raise CommandError((refused.es if lang == "es" else refused.en).rstrip(".")) from refused


@contextmanager
def opened(folder: Path, passphrase_file: Path | None, lang: str) -> Iterator[OpenTerminal]:
    """The terminal of a folder."""
    passphrase = passphrase_of(passphrase_file, lang)
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS  # the clock reads it, too
    with told(lang), OpenTerminal.open(folder, passphrase) as desk:
        yield desk


def passphrase_of(file: Path | None, lang: str, *, new: bool = False) -> str:
    """The counter's passphrase, from a private file, the environment or a prompt."""
    return secret(file, PASSPHRASE_VARIABLE, text("passphrase", lang), new=new)


def read_message(file: Path, lang: str) -> bytes:
    """The bytes of a message.

    Raises:
        CommandError: it cannot be read, or is longer than any message.
    """
    try:
        with file.open("rb") as opened_file:
            data = opened_file.read(OCTETS_MAX + 1)
    except OSError as error:
        raise CommandError(text("cannot-read", lang, file=file, why=error.strerror or error)) from error
    if len(data) > OCTETS_MAX:
        raise CommandError(text("too-long", lang, file=file))
    return data
