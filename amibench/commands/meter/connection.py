"""From a URL and keys to an open session, and from what goes wrong to one sentence with the mend."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import parse_qsl, urlencode

from amibench.commands.meter.keys import PUBLIC_CLIENT, ClientKeys
from amibench.commands.meter.optical import open_line
from amibench.commands.meter.texts import text
from amibench.composition import register_schemes
from amibench.errors import CommandError
from links import Link, open_link
from links.errors import LinkError
from links.url import LinkUrl
from protocols.dlms.acse.names import MechanismName
from protocols.dlms.client import ClientConnection, Lls
from protocols.dlms.errors import DlmsError
from protocols.dlms.framing import Framing
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.mode_e import ModeEError
from protocols.dlms.session import DlmsSession
from protocols.dlms.session_errors import AssociationRefused, LinkLost, NoAnswer, OutcomeUnknown
from protocols.dlms.wrapper import WrapperClient

FramingName = Literal["wrapper", "hdlc"]
#: Enough for every mechanism; ECDSA asks for 32 at least.
_CHALLENGE_OCTETS = 32
#: System title where the file of keys names none.
_OWN_TITLE = b"AMB\0\0\0\0\1"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where and how a meter is reached.

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
def opened(reach: Reach, keys: ClientKeys) -> Iterator[DlmsSession]:
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


def sentence(error: DlmsError, reach: Reach) -> str:
    """What went wrong, and the mend."""
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


def _session(link: Link, reach: Reach, client: ClientConnection) -> DlmsSession:
    return DlmsSession(
        link, _framing(reach, client.client_sap), client, response_timeout_s=reach.timeout_s, retries=1
    )


def _framing(reach: Reach, client_sap: int) -> Framing:
    if reach.framing == "wrapper":
        return WrapperClient(client_sap, reach.server_sap)
    return _hdlc(reach, client_sap)


def _hdlc(reach: Reach, client_sap: int) -> HdlcClient:
    return HdlcClient(
        client_sap,
        reach.server_sap,
        physical_address=reach.physical_address,
        address_bytes=reach.address_bytes,
    )


def _next_counter(link: Link, reach: Reach, keys: ClientKeys) -> int:
    """The invocation counter to begin with; a ciphered association asks the meter, as the public client."""
    if not keys.ciphered:
        return 0
    public = ClientConnection(client_sap=PUBLIC_CLIENT, server_sap=reach.server_sap)
    with _session(link, reach, public) as session:
        return session.invocation_counter(keys.counter) + 1


def _client(reach: Reach, keys: ClientKeys, counter: int) -> ClientConnection:
    if keys.mechanism is not None and keys.mechanism.startswith("hls"):
        return _strong_client(reach, keys, counter)
    authentication = None if keys.password is None else Lls(keys.password)
    return ClientConnection(
        client_sap=reach.client_sap, server_sap=reach.server_sap, authentication=authentication
    )


def _strong_client(reach: Reach, keys: ClientKeys, counter: int) -> ClientConnection:
    """A client with high level security, ciphered where it has keys."""
    # Only who has keys pays for the cryptography.
    from protocols.dlms.security import ClientSecurity, Hls, KeySet, SecuritySuite, SendCounter
    from protocols.dlms.security.pem import signer_of

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
