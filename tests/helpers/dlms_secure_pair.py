"""A small logical device with keys, and a client of it, joined without framing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import ApduToSend, ClientEvent
from protocols.dlms.cosem import (
    AccessMode,
    AccessRights,
    AssociationProfile,
    CosemObject,
    DataObject,
    LogicalDevice,
    Mechanism,
    Register,
    constant,
    rights_table,
)
from protocols.dlms.cosem.device import MethodMode
from protocols.dlms.obis import Obis
from protocols.dlms.security import (
    ClientSecurity,
    DeviceSecurity,
    Form,
    Hls,
    KeySet,
    SecurityControl,
    SecuritySuite,
    SendCounter,
)
from protocols.dlms.server.connection import ServerConnection

KEYS = KeySet(
    guek=bytes(range(16)), gak=bytes(range(16, 32)), gbek=bytes(range(32, 48)), kek=bytes(range(64, 80))
)
CLIENT_TITLE, SERVER_TITLE = b"CLI00001", b"AMB00001"
SECRET = b"a shared secret"
CLIENT_SAP, SERVER_SAP = 1, 1
ENERGY = Obis(1, 0, 1, 8, 0, 255)
GUARDED = Obis(0, 0, 96, 1, 0, 255)
LONG = Obis(0, 0, 96, 1, 1, 255)

Octets = Callable[[int], bytes]


def numbered_octets() -> Octets:
    """Octets that differ at each call, the same in every run."""
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


@dataclass
class SecurePair:
    """Client and server; `state` is what the guarded object holds."""

    mechanism: str = "hls-gmac"
    control: SecurityControl = SecurityControl.AUTHENTICATED_ENCRYPTED
    use: Form = Form.GLO
    dedicated_key: bytes | None = None
    policy: int = 0
    setup_version: int = 0
    client_keys: KeySet = KEYS
    secret: bytes = SECRET
    client_title: bytes = CLIENT_TITLE
    client_max_pdu: int = 0xFFFF
    server_type: type[ServerConnection] = ServerConnection
    state: dict[str, Data] = field(default_factory=lambda: {"guarded": axdr.octet_string(b"old")})

    def __post_init__(self) -> None:
        self.octets = numbered_octets()
        self.security = DeviceSecurity(
            SERVER_TITLE, KEYS, policy=self.policy, setup_version=self.setup_version
        )
        self.counter = SendCounter(1)
        self.server = self.server_type(self.device(), random_octets=self.octets)
        self.client = self.new_client()

    def device(self) -> LogicalDevice:
        """A register, an object that only authenticated messages may touch, and a long value."""
        register = CosemObject(Register, ENERGY, {2: constant(axdr.double_long_unsigned(1362))})
        guarded = CosemObject(
            DataObject,
            GUARDED,
            {2: lambda _selection: self.state["guarded"]},
            {2: lambda value: self.state.__setitem__("guarded", value)},
        )
        long = CosemObject(DataObject, LONG, {2: constant(axdr.octet_string(bytes(3000)))})
        only_authenticated = AccessRights(
            {1: AccessMode.READ_ONLY, 2: AccessMode.AUTHENTICATED_READ_AND_WRITE}
        )
        readable = AccessRights({1: AccessMode.READ_ONLY, 2: AccessMode.READ_ONLY}, {1: MethodMode.ACCESS})
        rights = rights_table({ENERGY: readable, GUARDED: only_authenticated, LONG: readable})
        profile = AssociationProfile(
            CLIENT_SAP, Mechanism(self.mechanism), password=SECRET, rights=rights, security=self.security
        )
        return LogicalDevice(SERVER_SAP, b"AMB0000000000001", (register, guarded, long), (profile,))

    def new_client(self) -> ClientConnection:
        """A client that knows what the fields say."""
        name = Mechanism(self.mechanism).hls_name
        authentication: Hls | Lls | None = Lls(self.secret) if self.mechanism == "lls" else None
        if name is not None:
            authentication = Hls(name, self.secret, lambda: self.octets(16))
        security = ClientSecurity(
            client_system_title=self.client_title,
            keys=self.client_keys,
            counter=self.counter,
            policy_control=self.control,
            use=self.use,
            dedicated_key=self.dedicated_key,
            suite=SecuritySuite.SUITE_0,
        )
        return ClientConnection(
            client_sap=CLIENT_SAP,
            authentication=authentication,
            security=security,
            max_pdu=self.client_max_pdu,
        )

    def send(self, apdu: bytes) -> bytes:
        """What the server answers."""
        answer = self.server.receive_apdu(apdu, CLIENT_SAP, SERVER_SAP)
        assert answer is not None
        return answer

    def exchange(self, apdu: bytes) -> list[ClientEvent]:
        """Send, and go on until the client has something to tell."""
        events = self.client.receive_apdu(self.send(apdu))
        while events and isinstance(events[0], ApduToSend):
            events = self.client.receive_apdu(self.send(events[0].apdu))
        return events

    def associate(self) -> list[ClientEvent]:
        """Open the association."""
        return self.exchange(self.client.associate())
