"""What is printed when the village is ready: where to click, and the credentials, once."""

import json

from rich.console import Console
from rich.table import Table

from amibench.commands.demo.stages import Running
from amibench.commands.demo.texts import text


def as_line(running: Running) -> str:
    """One line of JSON, for a program that drives the demo."""
    village = running.village
    return json.dumps(
        {
            "portal": running.portal,
            "panel": running.panel,
            "concentrators": list(running.concentrators),
            "speed": running.speed,
            "users": {
                user.role: {"username": user.username, "password": user.password} for user in village.users
            },
            "meters": [
                {"name": meter.name, "drn": meter.drn, "serial": meter.serial} for meter in village.meters
            ],
            "first": {"name": village.first, "drn": running.first_drn, "panel": running.first_unit},
        },
        ensure_ascii=False,
    )


def show(running: Running, lang: str) -> None:
    """Print it for a person."""
    console = Console(highlight=False, soft_wrap=True)
    village = running.village
    console.print(text("ready", lang, homes=len(village.meters), speed=running.speed), style="bold")
    places = Table.grid(padding=(0, 3))
    for name, url in (("portal", running.portal), ("panel", running.panel + "/")):
        places.add_row(text(name, lang), url)
    for url in running.concentrators:
        places.add_row(text("concentrator", lang), url + "/")
    console.print(places)
    console.print()
    users = Table(
        *(text(head, lang) for head in ("user", "password", "role")), box=None, padding=(0, 3, 0, 0)
    )
    for user in village.users:
        users.add_row(user.username, user.password, text(user.role, lang))
    console.print(users)
    console.print()
    facts = {"name": village.first, "drn": running.first_drn, "url": running.first_unit}
    for sentence in ("first", "step-1", "step-2", "step-3", "step-4", "step-5", "step-6", "end"):
        console.print(text(sentence, lang, **facts))
