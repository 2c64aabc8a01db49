"""``amibench``: one program, a group of commands per room."""

import importlib
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from amibench import product_version
from amibench.errors import EXIT_USAGE, CommandError

#: name -> module of `amibench.commands`. A module is imported only when its command is asked for, so that
#: starting stays quick; the help page, which lists them all, imports them all.
COMMANDS: dict[str, str] = {
    "certify": "amibench.commands.certify",
    "demo": "amibench.commands.demo",
    "sim": "amibench.commands.sim",
    "campaign": "amibench.commands.campaign",
    "month": "amibench.commands.month",
    "meter": "amibench.commands.meter",
    "sts": "amibench.commands.sts",
    "system": "amibench.commands.system",
    "pos": "amibench.commands.pos",
    "security-module": "amibench.commands.security_module",
    "dlms": "amibench.commands.dlms",
    "benchmark": "amibench.commands.benchmark",
}

EXIT_INTERRUPTED = 130

#: Exceptions of the parser of arguments (typer keeps its own copy of click: named through typer).
_ArgumentError: type[Exception] = typer.BadParameter.__mro__[2]


def build_cli(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands, keys of `COMMANDS`."""
    cli = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Open test bench and system for rural prepaid electricity.",
    )
    cli.callback()(_root)
    for name in names:
        _add(cli, name, importlib.import_module(COMMANDS[name]).app)
    return cli


def _add(cli: typer.Typer, name: str, app: typer.Typer) -> None:
    """A module with one command becomes that command; a module with several becomes a group."""
    if app.registered_callback is None and len(app.registered_commands) == 1:
        only = app.registered_commands[0]
        only.name = name
        cli.registered_commands.append(only)
    else:
        cli.add_typer(app, name=name)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"amibench {product_version()}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and end."),
    ] = False,
) -> None:
    """Open test bench and system for rural prepaid electricity."""


def run(arguments: Sequence[str]) -> int:
    """Exit code of one command line; usage errors and `CommandError` are one sentence and 3."""
    wanted = next((word for word in arguments if not word.startswith("-")), "")
    names = (wanted,) if wanted in COMMANDS else () if "--version" in arguments else COMMANDS
    try:
        command = typer.main.get_command(build_cli(names))
        code = command.main(args=list(arguments), prog_name="amibench", standalone_mode=False)
    except _ArgumentError as error:
        sentence = error.format_message()  # type: ignore[attr-defined]
        typer.echo(f"amibench: {sentence}" if sentence else "", err=True)
        return EXIT_USAGE
    except CommandError as error:
        typer.echo(f"amibench: {error}", err=True)
        return EXIT_USAGE
    except (typer.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away: nothing more to say
        return 0
    return code if isinstance(code, int) else 0


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
