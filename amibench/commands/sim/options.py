"""What several of the sim commands ask for, and how a scenario becomes ready to run."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from amibench.commands.sim.texts import text
from amibench.errors import CommandError
from sim.scenarios.scenario import DAYS_MAX, Scenario, ScenarioError, load_scenario

Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="A world of the product, or a .toml file.")]
Days = Annotated[
    float | None,
    typer.Option(min=0.001, max=DAYS_MAX, help="How long; without it, as the scenario says."),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, max=2**64 - 1, help="Seed of the world; without it, as the scenario says."),
]
Wire = Annotated[str | None, typer.Option(help="Kind of wire in place of the scenario's: generic or prime.")]
PanelPort = Annotated[
    int | None,
    typer.Option(min=0, max=65_535, help="TCP port of a page with the customer units; 0: a free one."),
]
Epoch = Annotated[
    datetime | None, typer.Option(help="Instant (UTC) at which the world begins; without it, its scenario's.")
]
Lang = Annotated[str | None, typer.Option(help="es or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def in_utc(asked: datetime) -> datetime:
    """An instant of the command line: UTC unless it says otherwise."""
    return asked.replace(tzinfo=UTC) if asked.tzinfo is None else asked.astimezone(UTC)


def scenario_of(
    name: str, lang: str, *, days: float | None = None, seed: int | None = None, wire: str | None = None
) -> Scenario:
    """The scenario that was asked for, with what the command line says otherwise.

    Raises:
        CommandError: there is no such scenario, or it is wrong.
    """
    try:
        scenario = load_scenario(name)
        changes = {key: value for key, value in {"days": days, "seed": seed}.items() if value is not None}
        scenario = scenario.with_frame(**changes)
    except ScenarioError as error:
        raise wrong_scenario(error, lang) from error
    return scenario if wire is None else scenario.with_wire(wire)


def wrong_scenario(error: ScenarioError, lang: str) -> CommandError:
    """The sentence about a scenario that cannot be had."""
    return CommandError(text("scenario", lang, detail=error))


def cannot_write(place: Path, error: OSError, lang: str) -> CommandError:
    """The sentence about a file that cannot be written."""
    return CommandError(text("cannot-write", lang, place=place, detail=error.strerror or error))
