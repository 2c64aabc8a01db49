"""``backup``, ``restore`` and ``reconcile``."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from amibench import product_version
from amibench.commands.system.app import configured
from amibench.errors import CommandError

_LISTED_MAX = 1000


def register(app: typer.Typer) -> None:
    """Add the commands to ``amibench system``."""
    for name, command in (("backup", back_up), ("restore", restore), ("reconcile", reconcile)):
        app.command(name)(command)


def back_up(file: Annotated[Path, typer.Argument(help="Where the backup goes; it must not exist.")]) -> None:
    """Write a backup of the whole database to FILE; the system may go on selling meanwhile."""
    configured()
    from system.accounts import audit
    from system.config.backup import UnableToBackUp
    from system.config.backup import back_up as write

    try:
        manifest = write(file, product_version())
    except UnableToBackUp as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror or error}") from error
    audit.record("system.backed-up", detail={"taken": manifest.taken})
    rows = sum(manifest.counts.values())
    _say({"file": str(file), "taken": manifest.taken, "engine": manifest.engine, "rows": rows})


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Give up a database that holds rows; SQLite keeps it aside.")
    ] = False,
) -> None:
    """Bring the database to what FILE holds. Stop the system first; afterwards, `reconcile`."""
    configured()
    from system.accounts import audit
    from system.config.backup import UnableToRestore
    from system.config.backup import restore as bring_back

    try:
        restored = bring_back(file, replace=replace)
    except UnableToRestore as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{file} cannot be restored: {error.strerror or error}") from error
    taken = restored.manifest.taken
    audit.record("system.restored", detail={"taken": taken})
    kept = None if restored.kept is None else str(restored.kept)
    rows = sum(restored.manifest.counts.values())
    _say({"taken": taken, "rows": rows, "kept_aside": kept, "next": "amibench system reconcile"})


def reconcile(
    write_back_as: Annotated[
        str,
        typer.Option("--write-back-as", help="User in whose name the sales are written; without it, a list."),
    ] = "",
    since: Annotated[
        str, typer.Option(help="ISO 8601 instant to begin at; without it, all that the module keeps.")
    ] = "",
) -> None:
    """Lay the book beside the security module after a restore; exit 2 while something is in one alone."""
    configured()
    from system.security_module.errors import UnableToReachModule
    from system.vending.errors import SalePending
    from system.vending.services.reconciliation import Unrecovered, compare_with_module, recover_result
    from system.vending.services.vend_transaction import recover_sales

    user = _user(write_back_as) if write_back_as else None
    try:
        minted, cancelled, open_still = recover_sales()
        found = compare_with_module(_instant(since))
        done = [] if user is None else [recover_result(user, one) for one in found.unknown]
    except (UnableToReachModule, SalePending) as error:
        raise CommandError(f"the security module does not answer: {error}") from error
    left = [one for one in done if isinstance(one, Unrecovered)]
    listed = left if user is not None else [Unrecovered(one, "") for one in found.unknown]
    _say(
        {
            "kept_by_module": found.kept,
            "open_sales": {"minted": minted, "cancelled": cancelled, "unknown": open_still},
            "only_in_module": len(found.unknown),
            "only_in_book": len(found.only_in_book),
            "written_back": len(done) - len(left),
            "left": [
                {"id": one.result.message_id, "at": one.result.at, "meter": one.result.pan, "why": one.why}
                for one in listed[:_LISTED_MAX]
            ],
        }
    )
    if listed or open_still:
        raise typer.Exit(2)


def _user(name: str) -> Any:
    from system.accounts.models import User

    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"there is no user {name!r}")
    return user


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no instant: write 2026-11-24T15:00:00-05:00") from None
    if found.tzinfo is None:
        raise CommandError(f"{text} has no offset: write 2026-11-24T15:00:00-05:00")
    return found


def _say(message: Any) -> None:
    typer.echo(json.dumps(message, ensure_ascii=False, default=str))
