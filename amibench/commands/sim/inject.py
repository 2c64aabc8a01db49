"""``amibench sim inject``: something goes wrong with a device of a served world, or stops going wrong."""

import json
import os
import tomllib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

import links
from amibench.commands.sim import options
from amibench.commands.sim.texts import text
from amibench.errors import CommandError
from amibench.language import spoken
from conformance.bench.control_client import ControlClient
from links.errors import LinkError
from protocols.field.errors import StationControlError

SECRET_VARIABLE = "AMIBENCH_CONTROL_SECRET"  # noqa: S105 - the name of a variable, not a secret


def inject(
    control: Annotated[
        str,
        typer.Argument(
            metavar="CONTROL",
            help="The control file that sim serve names, a target file, or the channel's URL with its "
            f"secret in {SECRET_VARIABLE}.",
        ),
    ],
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="m1, totaliser, concentrator, grid …")],
    fault: Annotated[
        str | None, typer.Argument(metavar="[FAULT]", help="Without it: what can go wrong there.")
    ] = None,
    for_s: Annotated[
        float | None,
        typer.Option("--for", min=0.001, max=3.2e7, help="Device seconds; without it, for good."),
    ] = None,
    value: Annotated[float | None, typer.Option(help="How much, in the fault's own unit.")] = None,
    end: Annotated[bool, typer.Option("--end", help="End the fault instead.")] = False,
    as_json: options.AsJson = False,
    lang: options.Lang = None,
) -> None:
    """Let a fault begin or end at a device of a served world."""
    language = spoken(lang)
    op, args = _operation(fault, for_s, value, end=end)
    answer = _ask(control, device, op, args, language)
    if as_json:
        typer.echo(json.dumps({"device": device, **answer}))
    elif fault is None:
        _list(device, answer, language)
    else:
        active = ", ".join(answer["active"]) or text("none", language)
        typer.echo(text("active", language, device=device, faults=active))


def _operation(
    fault: str | None, for_s: float | None, value: float | None, *, end: bool
) -> tuple[str, dict[str, Any]]:
    if fault is None:
        return "fault.list", {}
    if end:
        return "fault.end", {"fault": fault}
    given = {"fault": fault, "for_s": for_s, "value": value}
    return "fault.begin", {name: said for name, said in given.items() if said is not None}


def _ask(control: str, device: str, op: str, args: dict[str, Any], lang: str) -> Mapping[str, Any]:
    url, secret = _channel(control, lang)
    try:
        with closing(links.open_link(url)) as link:
            return ControlClient(link, secret).call(op, args, device)
    except LinkError as error:
        raise CommandError(text("link", lang, detail=error)) from error
    except StationControlError as error:
        raise CommandError(text("refused-control", lang, detail=error.sentence)) from error


def _channel(control: str, lang: str) -> tuple[str, str]:
    """URL and secret of the control channel."""
    if "://" in control:
        secret = os.environ.get(SECRET_VARIABLE)
        if not secret:
            raise CommandError(text("no-secret", lang, control=control))
        return control, secret
    try:
        table = tomllib.loads(Path(control).read_text(encoding="utf-8"))["control"]
        return str(table["url"]), str(table["secret"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(text("no-control", lang, control=control)) from error


def _list(device: str, answer: Mapping[str, Any], lang: str) -> None:
    typer.echo(text("can-fail", lang, device=device))
    for name, does in zip(answer["faults"], answer.get("does", [""] * len(answer["faults"])), strict=True):
        typer.echo(f"  {name}: {does}")
    active = ", ".join(answer["active"]) or text("none", lang)
    typer.echo(text("active", lang, device=device, faults=active))
