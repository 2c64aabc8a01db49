"""Connection to a meter: the options that name it, the optical opening, the session, errors as sentences."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import parse_qsl, urlencode

import typer

from amibench.commands.meter.keys import PUBLIC_CLIENT, ClientKeys
from amibench.commands.meter.texts import text
from amibench.composition import register_schemes
from amibench.errors import CommandError
from links import Link, open_link
from links.base import LinkError
from links.url import LinkUrl
from protocols.dlms.acse import MechanismName
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.errors import DlmsError, LocalProtocolError
from protocols.dlms.framing import Framing
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.mode_e import ModeEClient, ModeEError, open_mode_e
from protocols.dlms.mode_e.client import HasSpeed
from protocols.dlms.mode_e.messages import OPENING_BAUD
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import AssociationRefused, LinkLost, NoAnswer, OutcomeUnknown
from protocols.dlms.wrapper import WrapperClient

# ---------------- Optical port: opening of IEC 62056-21, mode E, before HDLC; for URLs with ``mode=e``

#: A meter that hears the request answers it; silence means that it does not listen at 300 baud.
_RETRIES = 1
_STILL_HDLC_TIMEOUT_S = 3.0
_SILENCE = "no-identification"


def open_line(link: Link, probe: HdlcClient, lang: str) -> None:
    """Bring the line to HDLC where its URL says ``mode=e``; nothing on other links.

    A meter goes back to 300 baud only some time after the last client left, often a minute. So one that keeps
    silent at 300 baud is asked in HDLC, at the speed of the URL.

    Args:
        link: the line.
        probe: an HDLC client of its own, to see whether the meter still speaks HDLC.
        lang: ``es`` or ``en``.

    Raises:
        ModeEError: the device does not open the line for HDLC.
        CommandError: the URL asks for a speed that the opening cannot select.
    """
    if getattr(link, "mode", "") != "e":
        return
    fastest_baud: int = getattr(link, "url_baud", OPENING_BAUD)
    try:
        opening = ModeEClient(max_baud=fastest_baud, retries=_RETRIES)
    except LocalProtocolError as error:
        raise CommandError(text("mode-e-speed", lang, baud=fastest_baud)) from error
    try:
        open_mode_e(link, opening)
    except ModeEError as error:
        if error.reason != _SILENCE or not _still_hdlc(link, probe, fastest_baud):
            raise


def _still_hdlc(link: Link, probe: HdlcClient, baud: int) -> bool:
    if isinstance(link, HasSpeed):
        link.set_speed(baud)
    client = ClientConnection(client_sap=probe.client_sap, server_sap=probe.server_sap)
    session = DlmsSession(link, probe, client, response_timeout_s=_STILL_HDLC_TIMEOUT_S)
    try:
        session.connect()
        session.disconnect()
    except DlmsError:
        return False
    return True


# ---------------- Session, and its errors as sentences

FramingName = Literal["wrapper", "hdlc"]
#: Enough for every mechanism; ECDSA asks for 32 at least.
_CHALLENGE_OCTETS = 32
#: System title where the file of keys names none.
_OWN_TITLE = b"AMB\0\0\0\0\1"


@dataclass(frozen=True, slots=True)
class MeterEndpoint:
    """Address of a meter, and the options of its link.

    Args:
        url: of its link.
        framing: what the link speaks.
        client_sap: our address.
        server_sap: the logical device's.
        physical_address: the lower HDLC address.
        address_bytes: form of the meter's HDLC address, 1, 2 or 4 octets.
        timeout_s: how long an answer may take, s.
        lang: ``es`` or ``en``, of what goes wrong.
    """

    url: str
    framing: FramingName
    client_sap: int
    server_sap: int
    physical_address: int
    address_bytes: int
    timeout_s: float
    lang: str


def with_framing(url: str, asked: str | None) -> tuple[str, FramingName]:
    """The URL and its framing: as asked, else as its ``framing`` option says, else as its scheme has it.

    Raises:
        LinkUrlError: it is no URL.
    """
    parsed = LinkUrl.parse(url)
    usual = "hdlc" if parsed.scheme == "serial" else "wrapper"
    wanted = asked or parsed.query.get("framing", usual)
    if asked and parsed.query.get("framing", usual) != asked:
        base, _, query = url.partition("?")
        url = f"{base}?{urlencode([*_without_framing(query), ('framing', asked)], safe='/:')}"
    for known in get_args(FramingName):
        if wanted == known:
            return url, known
    return url, "wrapper"  # opening the link tells what is wrong with the option


def _without_framing(query: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parse_qsl(query) if name != "framing"]


@contextlib.contextmanager
def opened(reach: MeterEndpoint, keys: ClientKeys) -> Iterator[DlmsSession]:
    """A session with its association open; released and closed in the end.

    Raises:
        CommandError: whatever goes wrong with link, association or answers, in one sentence.
    """
    try:
        register_schemes()
        with open_link(reach.url) as link:
            open_line(link, _hdlc(reach, PUBLIC_CLIENT), reach.lang)
            client = _client(reach, keys, _next_counter(link, reach, keys))
            with _session(link, reach, client) as session:
                yield session
    except LinkError as error:
        raise CommandError(text("link", reach.lang, detail=error)) from error
    except DlmsError as error:
        raise CommandError(sentence(error, reach)) from error


def sentence(error: DlmsError, reach: MeterEndpoint) -> str:
    """The error and its mend in one sentence."""
    facts = {"url": reach.url, "framing": reach.framing, "client": reach.client_sap, "detail": error}
    kinds: tuple[tuple[type[DlmsError], str], ...] = (
        (ModeEError, "mode-e"),
        (OutcomeUnknown, "unknown-outcome"),
        (NoAnswer, "no-answer"),
        (LinkLost, "link-lost"),
        (AssociationRefused, "association"),
    )
    name = next((name for kind, name in kinds if isinstance(error, kind)), "protocol")
    return text(name, reach.lang, **facts)


def _session(link: Link, reach: MeterEndpoint, client: ClientConnection) -> DlmsSession:
    return DlmsSession(
        link, _framing(reach, client.client_sap), client, response_timeout_s=reach.timeout_s, retries=1
    )


def _framing(reach: MeterEndpoint, client_sap: int) -> Framing:
    if reach.framing == "wrapper":
        return WrapperClient(client_sap, reach.server_sap)
    return _hdlc(reach, client_sap)


def _hdlc(reach: MeterEndpoint, client_sap: int) -> HdlcClient:
    return HdlcClient(
        client_sap,
        reach.server_sap,
        physical_address=reach.physical_address,
        address_bytes=reach.address_bytes,
    )


def _next_counter(link: Link, reach: MeterEndpoint, keys: ClientKeys) -> int:
    """The invocation counter to begin with; a ciphered association asks the meter, as the public client."""
    if not keys.ciphered:
        return 0
    public = ClientConnection(client_sap=PUBLIC_CLIENT, server_sap=reach.server_sap)
    with _session(link, reach, public) as session:
        return session.invocation_counter(keys.counter) + 1


def _client(reach: MeterEndpoint, keys: ClientKeys, counter: int) -> ClientConnection:
    if keys.mechanism is not None and keys.mechanism.startswith("hls"):
        return _strong_client(reach, keys, counter)
    authentication = None if keys.password is None else Lls(keys.password)
    return ClientConnection(
        client_sap=reach.client_sap, server_sap=reach.server_sap, authentication=authentication
    )


def _strong_client(reach: MeterEndpoint, keys: ClientKeys, counter: int) -> ClientConnection:
    """A client with high level security, ciphered where it has keys."""
    # Only who has keys pays for the cryptography.
    from protocols.dlms.security import ClientSecurity, Hls, KeySet, SecuritySuite, SendCounter
    from protocols.dlms.security.ecdsa import signer_of

    mechanism = MechanismName[str(keys.mechanism).upper().replace("-", "_")]
    suite = SecuritySuite(keys.suite)
    hls = Hls(mechanism, keys.password, secrets.token_bytes(_CHALLENGE_OCTETS))
    security = None
    if keys.guek is not None and keys.gak is not None:
        security = ClientSecurity(
            client_system_title=keys.system_title or _OWN_TITLE,
            keys=KeySet(keys.guek, keys.gak),
            counter=SendCounter(counter),
            suite=suite,
            signer=signer_of(suite, keys.signing_key, keys.server_signing_key),
            signs=keys.signs,
        )
    return ClientConnection(
        client_sap=reach.client_sap, server_sap=reach.server_sap, authentication=hls, security=security
    )


# ---------------- Options of `meter read` and `meter token`

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
FramingOption = Annotated[
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
) -> MeterEndpoint:
    """The options as one value.

    Raises:
        CommandError: the URL is none.
    """
    try:
        whole, spoken = with_framing(url, framing)
    except LinkError as error:
        raise CommandError(text("link", lang, detail=error)) from error
    return MeterEndpoint(whole, spoken, client, server, physical, int(address_bytes), timeout_s, lang)
