"""A small logical device, and a client and a server joined without framing; not a test."""

from collections.abc import Callable
from dataclasses import dataclass, field

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import ApduToSend, ClientEvent
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem import (
    AccessError,
    AssociationProfile,
    Clock,
    CosemObject,
    DataObject,
    DisconnectControl,
    EntrySelection,
    InterfaceClass,
    LogicalDevice,
    ProfileGeneric,
    Register,
    Selection,
    constant,
    full_access,
    method,
    read_only,
)
from protocols.dlms.obis import Obis
from protocols.dlms.server.connection import ServerConnection

PASSWORD = b"12345678"
PUBLIC_SAP, READER_SAP, MANAGER_SAP, SERVER_SAP = 16, 2, 1, 1
ENERGY = Obis.from_string("1.0.1.8.0")
MESSAGE = Obis.from_string("0.0.96.13.0")
PROFILE = Obis.from_string("1.0.99.1.0")
RELAY = Obis.from_string("0.0.96.3.10")
CLOCK = Obis.from_string("0.0.1.0.0")
ECHO = Obis.from_string("0.0.96.1.200")
SECRET = Obis.from_string("0.0.96.1.201")
ROWS = 50


class Echo(InterfaceClass, class_id=8192, version=0, source="test"):
    """A method that gives back what it got."""

    echo = method(1)
    fail = method(2)


@dataclass
class State:
    """What the device holds, for tests to look at."""

    message: bytes = b"hola"
    disconnects: int = 0
    selections: list[Selection | None] = field(default_factory=list)


def _rows(state: State) -> Callable[[Selection | None], Data]:
    def getter(selection: Selection | None) -> Data:
        state.selections.append(selection)
        first, last = 1, ROWS
        if isinstance(selection, EntrySelection):
            first, last = max(1, selection.from_entry), min(selection.to_entry or ROWS, ROWS)
        return axdr.array(
            *(
                axdr.structure(axdr.octet_string(bytes(12)), axdr.double_long_unsigned(row))
                for row in range(first, last + 1)
            )
        )

    return getter


def _set_message(state: State) -> Callable[[Data], None]:
    def setter(value: Data) -> None:
        if value.tag is not DataTag.OCTET_STRING:
            raise AccessError(DataAccessResult.TYPE_UNMATCHED)
        state.message = bytes(value.value)  # type: ignore[arg-type]

    return setter


def _disconnect(state: State) -> Callable[[Data | None], None]:
    def invoke(_parameter: Data | None) -> None:
        state.disconnects += 1

    return invoke


def _fail(parameter: Data | None) -> Data | None:
    return parameter.value[99]  # type: ignore[union-attr,index,return-value]


def make_device(state: State) -> LogicalDevice:
    objects = [
        CosemObject(
            Register,
            ENERGY,
            getters={
                2: constant(axdr.double_long_unsigned(1362)),
                3: constant(axdr.structure(axdr.integer(0), axdr.enum(30))),
            },
        ),
        CosemObject(
            DataObject,
            MESSAGE,
            getters={2: lambda _selection: axdr.octet_string(state.message)},
            setters={2: _set_message(state)},
        ),
        CosemObject(ProfileGeneric, PROFILE, getters={2: _rows(state)}),
        CosemObject(
            DisconnectControl, RELAY, getters={3: constant(axdr.enum(1))}, methods={1: _disconnect(state)}
        ),
        CosemObject(
            Clock,
            CLOCK,
            getters={2: constant(axdr.octet_string(bytes(12)))},
            setters={2: lambda value: None, 3: lambda value: None},
        ),
        CosemObject(Echo, ECHO, methods={1: lambda parameter: parameter, 2: _fail}),
        CosemObject(DataObject, SECRET, getters={2: constant(axdr.unsigned(1))}),
    ]
    return LogicalDevice(
        SERVER_SAP,
        b"AMI0000000000001",
        objects,
        [
            AssociationProfile(
                PUBLIC_SAP, rights=lambda item: None if item.logical_name == SECRET else read_only(item)
            ),
            AssociationProfile(READER_SAP, "lls", PASSWORD, read_only),  # type: ignore[arg-type]
            AssociationProfile(MANAGER_SAP, "lls", PASSWORD, full_access),  # type: ignore[arg-type]
        ],
    )


@dataclass
class Pair:
    """A client and a server; `sent` and `answers` keep the APDUs."""

    client: ClientConnection
    server: ServerConnection
    sent: list[bytes] = field(default_factory=list)
    answers: list[bytes | None] = field(default_factory=list)

    def exchange(self, apdu: bytes) -> bytes | None:
        answer = self.server.receive_apdu(apdu, self.client.client_sap, self.client.server_sap, 0.0)
        self.sent.append(apdu)
        self.answers.append(answer)
        return answer

    def call(self, apdu: bytes) -> ClientEvent:
        """Send `apdu` and whatever the client wants to go on with; the last event."""
        pending, last = [apdu], None
        while pending:
            answer = self.exchange(pending.pop(0))
            for received in () if answer is None else (answer, *self.server.further_apdus()):
                for event in self.client.receive_apdu(received):
                    if isinstance(event, ApduToSend):
                        pending.append(event.apdu)
                    else:
                        last = event
        assert last is not None
        return last
