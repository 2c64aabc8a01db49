"""Speaking DLMS with the device: an association of the target file, on the device's link, recorded."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from secrets import token_bytes
from typing import Literal

from conformance.bench.endings import CaseFails, CaseInconclusive
from conformance.bench.secure import RandomOctets, authentication
from conformance.targets.model import AssociationSection, LinkSection
from conformance.text import Text
from links.base import Link, LinkError
from protocols.dlms.axdr import Data
from protocols.dlms.client import ClientConnection
from protocols.dlms.errors import DlmsError, RemoteProtocolError
from protocols.dlms.framing import Framing
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.obis import Obis
from protocols.dlms.security import ClientSecurity
from protocols.dlms.session import DlmsSession
from protocols.dlms.session_errors import LinkLost, NoAnswer
from protocols.dlms.units import UNITS
from protocols.dlms.wrapper import WrapperClient

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
                Text(
                    f"{obis} atributo {attribute} no es un número: {data.tag.name}",
                    f"{obis} attribute {attribute} is not a number: {data.tag.name}",
                )
            )
        return int(data.value)

    def octets(self, class_id: int, obis: str, attribute: int) -> bytes:
        """Read an attribute that must be octets."""
        value = self.get(class_id, obis, attribute).value
        if not isinstance(value, bytes):
            raise CaseFails(
                Text(
                    f"{obis} atributo {attribute} no es una cadena de octetos",
                    f"{obis} attribute {attribute} is not an octet-string",
                )
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
        raise CaseFails(Text(f"{obis}: scaler_unit mal formado", f"{obis}: scaler_unit is malformed"))

    def close(self) -> None:
        """Release and disconnect, whatever state the device is in."""
        for step in (self.session.release, self.session.disconnect):
            with suppress(DlmsError, LinkError):
                step()


@contextmanager
def answers_well(what: Text) -> Iterator[None]:
    """Inside, a refusal or a malformed answer is a failure at `what`; silence stays inconclusive."""
    try:
        yield
    except (NoAnswer, LinkLost):
        raise
    except RemoteProtocolError as error:
        raise CaseFails(Text(f"{what.es}: {error}", f"{what.en}: {error}")) from error


def items(data: Data) -> Sequence[Data]:
    """The elements of an array or structure.

    Raises:
        CaseInconclusive: it is neither.
    """
    if isinstance(data.value, tuple):
        return data.value
    raise CaseInconclusive(
        Text(f"se esperaba una lista, no {data.tag.name}", f"a list was due, not {data.tag.name}")
    )
