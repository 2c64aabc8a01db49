"""DLMS session with the device under test: framing, authentication, ciphering, and readings that cases share.

`Sealer` protects single APDUs as a case likes, the wrong way on purpose included.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from secrets import token_bytes
from typing import Literal

from conformance.bench.outcome import CaseFails, CaseInconclusive
from conformance.targets.model import HLS_NAMES, AssociationSection, LinkSection, SecuritySection
from i18n import Message
from links.base import Link, LinkError
from protocols.dlms.acse import MechanismName
from protocols.dlms.axdr import Data
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.errors import DlmsError, RemoteProtocolError, SecurityError
from protocols.dlms.framing import Framing
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.obis import Obis
from protocols.dlms.security import Cipher, ClientSecurity, Form, Hls, KeySet, SecurityControl, SendCounter
from protocols.dlms.security.forms import PROTECTED_TAGS, disclose, enclose
from protocols.dlms.security.hls import WITH_SECRET, Signer
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import LinkLost, NoAnswer
from protocols.dlms.units import UNITS
from protocols.dlms.wrapper import WrapperClient

RandomOctets = Callable[[int], bytes]
CHALLENGE_OCTETS, ECDSA_CHALLENGE_OCTETS = 16, 32


@dataclass(frozen=True, slots=True)
class Protection:
    """Protection of a session's requests, where a case wants it otherwise than usual.

    Args:
        control: authenticated, encrypted, both.
        use: form of the requests.
        dedicated_key: of the association; never shown.
        keys: instead of those of the target file.
        signer: the same of signing keys.
        signs: sign every request; None: as the target file says.
    """

    control: SecurityControl = SecurityControl.AUTHENTICATED_ENCRYPTED
    use: Form = Form.GLO
    dedicated_key: bytes | None = None
    keys: KeySet | None = None
    signer: Signer | None = None
    signs: bool | None = None

    def __repr__(self) -> str:
        return f"Protection({self.control.summary}, {self.use.value})"


def authentication(
    association: AssociationSection, secret: bytes | None, random_octets: RandomOctets
) -> Lls | Hls | None:
    """Authentication of a client; `secret` replaces the association's own."""
    own = association.secret if secret is None else secret
    if association.mechanism is None:
        return None if own is None else Lls(own)
    name = HLS_NAMES[association.mechanism]
    octets = ECDSA_CHALLENGE_OCTETS if name is MechanismName.HLS_ECDSA else CHALLENGE_OCTETS
    return Hls(name, own if name in WITH_SECRET else None, lambda: random_octets(octets))


def client_security(section: SecuritySection, counter: SendCounter, protection: Protection) -> ClientSecurity:
    """Titles, keys and protection of a client."""
    server = section.server_system_title
    return ClientSecurity(
        client_system_title=bytes.fromhex(section.client_system_title),
        server_system_title=None if server is None else bytes.fromhex(server),
        keys=protection.keys or section.keys(),
        counter=counter,
        suite=section.security_suite,
        policy_control=protection.control,
        use=protection.use,
        dedicated_key=protection.dedicated_key,
        signer=protection.signer or section.signer(),
        signs=section.sign_requests if protection.signs is None else protection.signs,
    )


@dataclass(frozen=True, slots=True)
class Sealer:
    """Protects single APDUs as a case likes, with the counters of the client.

    Args:
        security: of the client.
        server_title: of the device.
    """

    security: ClientSecurity
    server_title: bytes

    def seal(
        self,
        plain: bytes,
        *,
        control: int = SecurityControl.AUTHENTICATED_ENCRYPTED,
        form: Form = Form.GLO,
        counter: int | None = None,
        keys: KeySet | None = None,
        title: bytes | None = None,
    ) -> bytes:
        """One protected APDU; whatever is not said is right."""
        own, sender = keys or self.security.keys, title or self.security.client_system_title
        key = self.security.dedicated_key if form.dedicated and keys is None else own.guek
        number = self.security.counter.take() if counter is None else counter
        sealed = Cipher(key or own.guek, own.gak).seal(control | self.security.suite, sender, number, plain)
        return enclose(form, plain[0], sender, sealed)

    def open(self, answer: bytes | None) -> bytes | None:
        """Contents of a protected answer; a plain one as it is; None for silence or what does not open."""
        if not answer or answer[0] not in PROTECTED_TAGS:
            return answer
        try:
            form, _tag, _title, sealed = disclose(answer)
            key = self.security.dedicated_key if form.dedicated else self.security.keys.guek
            return Cipher(key or self.security.keys.guek, self.security.keys.gak).open(
                self.server_title, sealed
            )
        except SecurityError:
            return None


def header(answer: bytes | None) -> tuple[int, int] | None:
    """Security control octet and invocation counter of a protected answer; None where it has none."""
    if not answer or answer[0] not in PROTECTED_TAGS:
        return None
    try:
        _form, _tag, _title, sealed = disclose(answer)
    except SecurityError:
        return None
    return (sealed[0], int.from_bytes(sealed[1:5], "big")) if len(sealed) >= 5 else None


# ---------------------------------------------------------------- session and readings

FrameHook = Callable[[Literal["tx", "rx"], bytes], None]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A register as it was read: `value` already scaled, `raw` as the wire had it."""

    value: float
    unit: str
    raw: int
    scaler: int


def make_framing(link: LinkSection, client_sap: int) -> Framing:
    """The client side of the target's framing."""
    if link.framing == "wrapper":
        return WrapperClient(client_sap=client_sap, server_sap=link.server_sap)
    return HdlcClient(
        client_sap=client_sap,
        server_sap=link.server_sap,
        physical_address=link.physical_address,
        address_bytes=link.address_bytes,
        response_timeout_s=link.response_timeout_s,
    )


def make_session(
    pipe: Link,
    link: LinkSection,
    association: AssociationSection,
    on_frame: FrameHook,
    *,
    secret: bytes | None = None,
    security: ClientSecurity | None = None,
    random_octets: RandomOctets = token_bytes,
) -> DlmsSession:
    """A session, not yet connected.

    Args:
        pipe: the device's link.
        link: how it is framed.
        association: which client this is.
        on_frame: sees what travels.
        secret: replaces the association's own password.
        security: keys and titles of a client that ciphers.
        random_octets: for challenges.
    """
    client = ClientConnection(
        client_sap=association.client_sap,
        server_sap=link.server_sap,
        authentication=authentication(association, secret, random_octets),
        security=security,
    )
    framing = make_framing(link, association.client_sap)
    return DlmsSession(pipe, framing, client, response_timeout_s=link.response_timeout_s, on_frame=on_frame)


class Dialogue:
    """An open session, with the few readings that many cases share."""

    def __init__(self, session: DlmsSession) -> None:
        self.session = session

    def get(self, class_id: int, obis: str, attribute: int) -> Data:
        """Read one attribute."""
        return self.session.get(class_id, Obis.from_string(obis), attribute)

    def integer(self, class_id: int, obis: str, attribute: int) -> int:
        """Read an attribute that must be a whole number."""
        data = self.get(class_id, obis, attribute)
        if not isinstance(data.value, int):
            raise CaseFails(
                Message(
                    "{obis} attribute {attribute} is not a number: {name}",
                    obis=obis,
                    attribute=attribute,
                    name=data.tag.name,
                )
            )
        return int(data.value)

    def octets(self, class_id: int, obis: str, attribute: int) -> bytes:
        """Read an attribute that must be octets."""
        value = self.get(class_id, obis, attribute).value
        if not isinstance(value, bytes):
            raise CaseFails(
                Message("{obis} attribute {attribute} is not an octet-string", obis=obis, attribute=attribute)
            )
        return value

    def register(self, obis: str) -> Quantity:
        """Read a class 3 register, with scaler and unit."""
        raw = self.integer(3, obis, 2)
        scaler_unit = self.get(3, obis, 3).value
        match scaler_unit:
            case (Data(value=int(scaler)), Data(value=int(unit))):
                symbol = UNITS[unit].symbol if unit in UNITS else str(unit)
                return Quantity(raw * 10.0**scaler, symbol, raw, scaler)
        raise CaseFails(Message("{obis}: scaler_unit is malformed", obis=obis))

    def close(self) -> None:
        """Release and disconnect, whatever state the device is in."""
        for step in (self.session.release, self.session.disconnect):
            with suppress(DlmsError, LinkError):
                step()


@contextmanager
def answers_well(what: Message) -> Iterator[None]:
    """Inside, a refusal or a malformed answer is a failure at `what`; silence stays inconclusive."""
    try:
        yield
    except (NoAnswer, LinkLost):
        raise
    except RemoteProtocolError as error:
        raise CaseFails(Message("{what}: {error}", what=what, error=error)) from error


def items(data: Data) -> Sequence[Data]:
    """The elements of an array or structure.

    Raises:
        CaseInconclusive: it is neither.
    """
    if isinstance(data.value, tuple):
        return data.value
    raise CaseInconclusive(Message("a list was due, not {name}", name=data.tag.name))
