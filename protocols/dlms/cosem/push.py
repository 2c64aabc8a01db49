"""Push setup, three versions of it: what is sent unasked, where to and when.

One version is bound by a device; `PUSH_VERSIONS` has them all, for a client that meets another one.

Source: IEC 62056-6-2, Push setup (class_id 40, versions 0, 1 and 2)
"""

from enum import IntEnum

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method


class TransportService(IntEnum):
    """First element of send_destination_and_method."""

    TCP = 0
    UDP = 1
    FTP = 2
    SMTP = 3
    SMS = 4
    HDLC = 5
    M_BUS = 6
    ZIGBEE = 7


class MessageType(IntEnum):
    """Third element of send_destination_and_method."""

    XDLMS_APDU = 0
    XML_APDU = 1
    MANUFACTURER_SPECIFIC = 128


_OBJECTS = "{long-unsigned class, octet-string, integer attribute, long-unsigned data index}"
_DESTINATION = "{enum `TransportService`, octet-string destination, enum `MessageType`}"
_WINDOW = "{octet-string begin 12 octets, octet-string end 12 octets}; empty for always"


class PushSetupV0(InterfaceClass, class_id=40, version=0, source="IEC 62056-6-2, Push setup, version 0"):
    """The first version: the client that it is sent to is the device's own choice."""

    push_object_list = attribute(2, DataTag.ARRAY, note=_OBJECTS)
    send_destination_and_method = attribute(3, DataTag.STRUCTURE, note=_DESTINATION)
    communication_window = attribute(4, DataTag.ARRAY, note=_WINDOW)
    randomisation_start_interval = attribute(5, DataTag.LONG_UNSIGNED, note="seconds")
    number_of_retries = attribute(6, DataTag.UNSIGNED)
    repetition_delay = attribute(7, DataTag.LONG_UNSIGNED, note="seconds")
    push = method(1, DataTag.INTEGER)


class PushSetup(InterfaceClass, class_id=40, version=1, source="IEC 62056-6-2, Push setup, version 1"):
    """The second version: port, client and protection are attributes of it."""

    push_object_list = attribute(2, DataTag.ARRAY, note=_OBJECTS)
    send_destination_and_method = attribute(3, DataTag.STRUCTURE, note=_DESTINATION)
    communication_window = attribute(4, DataTag.ARRAY, note=_WINDOW)
    randomisation_start_interval = attribute(5, DataTag.LONG_UNSIGNED, note="seconds")
    number_of_retries = attribute(6, DataTag.UNSIGNED)
    repetition_delay = attribute(7, DataTag.LONG_UNSIGNED, note="seconds")
    port_reference = attribute(8, DataTag.OCTET_STRING, note="logical name of the port's setup object")
    push_client_sap = attribute(9, DataTag.INTEGER, note="client SAP of the association that is pushed to")
    push_protection_parameters = attribute(10, DataTag.ARRAY, note="empty: as the association's policy says")
    push = method(1, DataTag.INTEGER)


class PushSetupV2(InterfaceClass, class_id=40, version=2, source="IEC 62056-6-2, Push setup, version 2"):
    """The third version: columns of profiles, growing delays, confirmation."""

    push_object_list = attribute(
        2,
        DataTag.ARRAY,
        note="{long-unsigned class, octet-string, integer attribute, long-unsigned data index, "
        "{enum restriction type, value}, array of columns}",
    )
    send_destination_and_method = attribute(3, DataTag.STRUCTURE, note=_DESTINATION)
    communication_window = attribute(4, DataTag.ARRAY, note=_WINDOW)
    randomisation_start_interval = attribute(5, DataTag.LONG_UNSIGNED, note="seconds")
    number_of_retries = attribute(6, DataTag.UNSIGNED)
    repetition_delay = attribute(
        7, DataTag.STRUCTURE, note="{long-unsigned least, long-unsigned exponent, long-unsigned most}"
    )
    port_reference = attribute(8, DataTag.OCTET_STRING)
    push_client_sap = attribute(9, DataTag.INTEGER)
    push_protection_parameters = attribute(10, DataTag.ARRAY)
    push_operation_method = attribute(11, DataTag.ENUM)
    confirmation_parameters = attribute(12, DataTag.STRUCTURE)
    last_confirmation_date_time = attribute(13, DataTag.OCTET_STRING, dynamic=True, note="12 octets")
    push = method(1, DataTag.INTEGER)
    reset = method(2, DataTag.INTEGER)


#: version -> declaration.
PUSH_VERSIONS: dict[int, type[InterfaceClass]] = {
    declared.version: declared for declared in (PushSetupV0, PushSetup, PushSetupV2)
}
