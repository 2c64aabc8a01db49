"""The options of `meter serve`, one name each."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from sim.scenarios.identities import METERS_MAX

Profile = Annotated[str, typer.Option(help="Model of meter.")]
Port = Annotated[int, typer.Option(min=0, max=65_535, help="TCP port; 0 takes a free one.")]
Framing = Annotated[Literal["wrapper", "hdlc"], typer.Option(help="What the TCP port speaks.")]
Serial = Annotated[
    str | None,
    typer.Option(
        help="Answer on this serial line too, e.g. serial:///dev/ttyUSB0?baud=9600; pty makes one; with "
        "?mode=e as an optical port."
    ),
]
Meters = Annotated[
    int, typer.Option(min=1, max=METERS_MAX, help="How many meters, at server SAPs from 1 upwards.")
]
OwnPorts = Annotated[
    bool, typer.Option("--own-ports", help="Give each meter a TCP port of its own, SAP 1 on all.")
]
HistoryDays = Annotated[
    int,
    typer.Option(
        "--history", min=0, max=400, help="Days that the meters have lived already: their profiles."
    ),
]
PasswordFile = Annotated[
    Path | None, typer.Option(help="File with the reader's password; without it, a random one.")
]
TargetFile = Annotated[
    Path | None, typer.Option(help="Where to write the target file; without it, a private temporary one.")
]
Mutant = Annotated[str | None, typer.Option(help="A meter built wrong on purpose, by name.")]
Seed = Annotated[int, typer.Option(min=0, max=2**64 - 1, help="Seed of the world.")]
Speed = Annotated[float, typer.Option(min=0.001, max=1e6, help="Device seconds that pass in a second.")]
ResponseDelay = Annotated[
    int | None,
    typer.Option(min=0, max=10_000, help="How long a meter takes to answer; without it, as its model says."),
]
ControlPort = Annotated[
    int, typer.Option(min=0, max=65_535, help="TCP port of the control channel; 0 takes a free one.")
]
PanelPort = Annotated[
    int | None,
    typer.Option(min=0, max=65_535, help="TCP port of a page with the customer units; 0: a free one."),
]
Epoch = Annotated[
    datetime | None, typer.Option(help="Instant (UTC) at which the meter's world begins; without it, now.")
]
