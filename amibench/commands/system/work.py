"""``work``: what nobody asks for by a click, again and again: recoveries, deliveries, messages, webhooks."""

import json
import logging
import signal
import sys
import threading
from typing import Annotated

import typer

from amibench.commands.system.settings import configured


def register(app: typer.Typer) -> None:
    """Add the command to ``amibench system``."""
    app.command("work")(work)


def work(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, say so as JSON, end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --once: nothing but JSON.")] = False,
) -> None:
    """Do the chores until Ctrl-C or SIGTERM; several workers share them. With --once exit 1: one failed."""
    configured()
    from system.background_jobs.worker import work as go_on
    from system.background_jobs.worker import work_once, worker_name

    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING if as_json else logging.INFO,
        format="%(asctime)s %(name)s %(levelname)s %(message)s",
    )
    name = worker_name()
    if once:
        said = work_once(name)
        typer.echo(json.dumps({"worker": name, "chores": said}, ensure_ascii=False))
        if any(line.startswith("failed") for line in said.values()):
            raise typer.Exit(1)
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    typer.echo(json.dumps({"worker": name}))
    sys.stdout.flush()
    go_on(stop, name)
