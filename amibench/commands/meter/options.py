"""The options that `meter read` and `meter token` share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from amibench.commands.meter.connection import Reach, with_framing
from amibench.commands.meter.texts import text
from amibench.errors import CommandError
from links.errors import LinkError

Url = Annotated[
    str, typer.Argument(help="Where the meter is: tcp://HOST:PORT, serial:///dev/ttyUSB0, sim://ppkw.")
]
Client = Annotated[
    int, typer.Option(min=1, max=0xFFFF, help="Client address: 16 public, 2 reader, 1 management.")
]
Server = Annotated[int, typer.Option(min=0, max=0xFFFF, help="Server address of the logical device.")]
Keys = Annotated[
    Path | None,
    typer.Option(envvar="AMIBENCH_METER_KEYS", help="File with [associations.NAME]: passwords and keys."),
]
Framing = Annotated[
    Literal["wrapper", "hdlc"] | None,
    typer.Option(
        help="What the link speaks; else the URL says it, else hdlc on serial lines, wrapper elsewhere."
    ),
]
Physical = Annotated[int, typer.Option(min=0, max=0x3FFF, help="Physical (lower) HDLC address.")]
AddressBytes = Annotated[
    Literal["1", "2", "4"],
    typer.Option(help="Octets of the meter's HDLC address; 1 leaves the physical address out."),
]
Timeout = Annotated[float, typer.Option(min=0.1, max=600, help="Seconds to wait for an answer.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Lang = Annotated[str | None, typer.Option(help="es or en.")]


def reach(
    url: str,
    framing: str | None,
    client: int,
    server: int,
    physical: int,
    address_bytes: str,
    timeout_s: float,
    lang: str,
) -> Reach:
    """The options as one value.

    Raises:
        CommandError: the URL is none.
    """
    try:
        whole, spoken = with_framing(url, framing)
    except LinkError as error:
        raise CommandError(text("link", lang, detail=error)) from error
    return Reach(whole, spoken, client, server, physical, int(address_bytes), timeout_s, lang)
