"""``take-readings``: readings that a stick brings from a concentrator."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amibench.commands.system.app import configured
from amibench.commands.system.collect import KEYS_VARIABLE
from amibench.errors import CommandError
from protocols.field.bundle import SIZE_MAX, acknowledgement_name

if TYPE_CHECKING:
    from system.head_end.acquisition import ImportedFile


def register(app: typer.Typer) -> None:
    """Add the command to ``amibench system``."""
    app.command("take-readings")(take_readings)


def take_readings(
    files: Annotated[list[Path], typer.Argument(help="Files from the sticks, in any order.")],
    keys: Annotated[
        Path, typer.Option(envvar=KEYS_VARIABLE, help="Key file of the meters and uplinks, mode 0600.")
    ],
    channel: Annotated[
        str, typer.Option(help="Name of the channel, where concentrators are numbered alike.")
    ] = "",
    back: Annotated[
        bool, typer.Option("--back/--no-back", help="Write acknowledgement-SERIAL.json beside each file.")
    ] = True,
) -> None:
    """Keep the readings of FILES, each once; the stick then takes the acknowledgement back."""
    from system.head_end.acquisition import KeyFileError, UnableToImport, import_reading_file, read_key_file

    try:
        key_file = read_key_file(keys)
    except KeyFileError as error:
        raise CommandError(str(error)) from error
    configured()
    from system.config.clock import business_now
    from system.head_end.django_store import DjangoStore

    store = DjangoStore()
    for file in sorted(files):
        try:
            with file.open("rb") as opened:
                data = opened.read(SIZE_MAX + 1)  # a longer one is refused, not read
            carried = import_reading_file(store, key_file, data, business_now(), channel)
            if back:
                file.with_name(acknowledgement_name(carried.serial)).write_bytes(carried.acknowledgement)
        except UnableToImport as error:
            raise CommandError(f"{file}: {error}") from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error
        typer.echo(json.dumps(_report(file, carried), ensure_ascii=False))


def _report(file: Path, carried: "ImportedFile") -> dict[str, Any]:
    return {
        "file": str(file),
        "concentrator": carried.serial,
        "channel": carried.channel,
        "new_rows": carried.new,
        "known_rows": carried.known,
        "contradicted_rows": carried.contradicted,
        "left_meters": list(carried.left),
        "kept_through": carried.through,
    }
