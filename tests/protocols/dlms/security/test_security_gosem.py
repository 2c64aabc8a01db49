"""A real ciphered session, byte by byte: our client against its answers, our server against its requests."""

import json
from collections.abc import Iterator

from conformance.vectors import path
from protocols.dlms import axdr
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import Associated, GetResult, Released
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem import AssociationProfile, Clock, CosemObject, LogicalDevice, constant
from protocols.dlms.obis import Obis
from protocols.dlms.security import ClientSecurity, DeviceSecurity, Form, KeySet, SendCounter
from protocols.dlms.server.association import ServerLimits
from protocols.dlms.server.connection import ServerConnection

SESSION = next(
    item
    for item in json.loads(path("dlms_captures.json").read_text())["captures"]
    if item["id"] == "session/circutor-gosem-secure"
)
HEX = {name: bytes.fromhex(value) for name, value in SESSION["keys"].items()}
STEPS = {step["name"]: bytes.fromhex(step["hex"]) for step in SESSION["exchange"]}
KEYS = KeySet(HEX["guek"], HEX["gak"])
CLOCK = Obis(0, 0, 1, 0, 0, 255)
TIME = bytes.fromhex("07e7020f0311371500800000")
CLIENT_SAP = 1
CONFORMANCE = Conformance(0x00181F)
PASSWORD = b"JuS66BCZ"


def _numbers(direction: str) -> Iterator[int]:
    return iter([step["ic"] for step in SESSION["exchange"] if step["dir"] == direction])


class RecordedCounter(SendCounter):
    """The counters of the record: that client kept one for the dedicated key, too."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        super().__init__()
        self._numbers = _numbers("tx")

    def take(self) -> int:
        return next(self._numbers)


class RecordedDevice(DeviceSecurity):
    """The counters of that meter."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        super().__init__(HEX["server_system_title"], KEYS)
        self._numbers = _numbers("rx")

    def take_counter(self) -> int:
        return next(self._numbers)


def test_our_client_says_what_it_said() -> None:
    security = ClientSecurity(
        client_system_title=HEX["client_system_title"],
        keys=KEYS,
        counter=RecordedCounter(),
        use=Form.DED,
        dedicated_key=HEX["dedicated_key"],
    )
    client = ClientConnection(
        client_sap=CLIENT_SAP,
        authentication=Lls(PASSWORD),
        conformance=CONFORMANCE,
        max_pdu=0x0200,
        security=security,
    )
    assert client.associate() == STEPS["AARQ"]
    (associated,) = client.receive_apdu(STEPS["AARE"])
    assert isinstance(associated, Associated)
    assert associated.aare.responding_ap_title == b"\x04\x08" + HEX["server_system_title"]
    assert client.get(Clock, CLOCK, 2) == STEPS["ded-get-request"]
    (result,) = client.receive_apdu(STEPS["ded-get-response"])
    assert isinstance(result, GetResult)
    assert result.data == axdr.octet_string(TIME)
    assert client.release() == STEPS["RLRQ"]
    assert client.receive_apdu(STEPS["RLRE"]) == [Released()]


def test_our_server_answers_what_it_answered() -> None:
    clock = CosemObject(Clock, CLOCK, {2: constant(axdr.octet_string(TIME))})
    profile = AssociationProfile(CLIENT_SAP, "lls", PASSWORD, security=RecordedDevice())  # type: ignore[arg-type]
    limits = ServerLimits(max_receive_pdu=0x00FA, conformance=CONFORMANCE)
    server = ServerConnection(LogicalDevice(1, b"LGZ", (clock,), (profile,)), limits)
    for request, answer in (
        ("AARQ", "AARE"),
        ("ded-get-request", "ded-get-response"),
        ("RLRQ", "RLRE"),
    ):
        assert server.receive_apdu(STEPS[request], CLIENT_SAP, 1) == STEPS[answer]
