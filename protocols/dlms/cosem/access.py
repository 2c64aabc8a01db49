"""Interface classes of access and security: associations, SAP assignment, security setup.

Source: IEC 62056-6-2, interface classes 15, 17, 64
"""

from enum import IntEnum

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method


class AssociationLn(InterfaceClass, class_id=15, version=2, source="IEC 62056-6-2, Association LN"):
    """The view that one client has of a logical device; version 2 (3 has finer rights, as bits)."""

    object_list = attribute(
        2,
        DataTag.ARRAY,
        note="{long-unsigned class, unsigned version, octet-string, {attribute rights, method rights}}",
    )
    associated_partners_id = attribute(
        3, DataTag.STRUCTURE, note="{integer client SAP, long-unsigned server SAP}"
    )
    application_context_name = attribute(4, DataTag.STRUCTURE, DataTag.OCTET_STRING)
    xdlms_context_info = attribute(
        5,
        DataTag.STRUCTURE,
        note="{bit-string conformance, long-unsigned max receive, long-unsigned max send, "
        "unsigned version, integer quality of service, octet-string ciphering info}",
    )
    authentication_mechanism_name = attribute(6, DataTag.STRUCTURE, DataTag.OCTET_STRING)
    secret = attribute(7, DataTag.OCTET_STRING)
    association_status = attribute(
        8, DataTag.ENUM, dynamic=True, note="0 non-associated 1 pending 2 associated"
    )
    security_setup_reference = attribute(9, DataTag.OCTET_STRING)
    user_list = attribute(10, DataTag.ARRAY, note="{unsigned id, octet-string name}; empty: any user")
    current_user = attribute(11, DataTag.STRUCTURE, note="{unsigned id, octet-string name}")
    reply_to_hls_authentication = method(1, DataTag.OCTET_STRING)
    change_hls_secret = method(2, DataTag.OCTET_STRING)
    add_object = method(3, DataTag.STRUCTURE)
    remove_object = method(4, DataTag.STRUCTURE)
    add_user = method(5, DataTag.STRUCTURE)
    remove_user = method(6, DataTag.STRUCTURE)


class SapAssignment(InterfaceClass, class_id=17, version=0, source="IEC 62056-6-2, SAP assignment"):
    """The logical devices of the physical device."""

    sap_assignment_list = attribute(
        2, DataTag.ARRAY, note="{long-unsigned SAP, octet-string logical device name}"
    )
    connect_logical_device = method(1, DataTag.STRUCTURE)


class SecuritySetup(InterfaceClass, class_id=64, version=0, source="IEC 62056-6-2, Security setup"):
    """Security suite, policy and key transfer; version 0."""

    security_policy = attribute(2, DataTag.ENUM, note="0 none 1 authenticated 2 encrypted 3 both")
    security_suite = attribute(3, DataTag.ENUM)
    client_system_title = attribute(4, DataTag.OCTET_STRING)
    server_system_title = attribute(5, DataTag.OCTET_STRING)
    security_activate = method(1, DataTag.ENUM)
    key_transfer = method(2, DataTag.ARRAY, note="{enum key id, octet-string wrapped key}")


class SecuritySetupV1(InterfaceClass, class_id=64, version=1, source="IEC 62056-6-2, Security setup"):
    """Version 1: a policy of bits, key agreement and certificates, for suites 1 and 2."""

    security_policy = attribute(
        2,
        DataTag.ENUM,
        note="bits: 2 authenticated 3 encrypted 4 signed requests, 5 6 7 the same of answers",
    )
    security_suite = attribute(3, DataTag.ENUM)
    client_system_title = attribute(4, DataTag.OCTET_STRING)
    server_system_title = attribute(5, DataTag.OCTET_STRING)
    certificates = attribute(
        6,
        DataTag.ARRAY,
        note="{enum entity, enum type, octet-string serial, issuer, subject, subject alternative name}",
    )
    security_activate = method(1, DataTag.ENUM)
    key_transfer = method(2, DataTag.ARRAY, note="{enum key id, octet-string wrapped key}")
    key_agreement = method(3, DataTag.ARRAY, note="{enum key id, octet-string key data}")
    generate_key_pair = method(4, DataTag.ENUM, note="0 signing 1 key agreement 2 TLS")
    generate_certificate_request = method(5, DataTag.ENUM, note="as generate_key_pair")
    import_certificate = method(6, DataTag.OCTET_STRING)
    export_certificate = method(7, DataTag.STRUCTURE)
    remove_certificate = method(8, DataTag.STRUCTURE)


# Image transfer: how a new firmware comes into a meter, block by block.
#
# Source: IEC 62056-6-2, Image transfer (class_id 18)


class ImageTransferStatus(IntEnum):
    """Attribute 6."""

    NOT_INITIATED = 0
    INITIATED = 1
    VERIFICATION_INITIATED = 2
    VERIFICATION_SUCCESSFUL = 3
    VERIFICATION_FAILED = 4
    ACTIVATION_INITIATED = 5
    ACTIVATION_SUCCESSFUL = 6
    ACTIVATION_FAILED = 7


class ImageTransfer(InterfaceClass, class_id=18, version=0, source="IEC 62056-6-2, Image transfer"):
    """Blocks of one size, in any order; the last one may be shorter."""

    image_block_size = attribute(2, DataTag.DOUBLE_LONG_UNSIGNED, note="octets")
    image_transferred_blocks_status = attribute(
        3, DataTag.BIT_STRING, dynamic=True, note="one bit a block, the first is block 0"
    )
    image_first_not_transferred_block_number = attribute(4, DataTag.DOUBLE_LONG_UNSIGNED, dynamic=True)
    image_transfer_enabled = attribute(5, DataTag.BOOLEAN)
    image_transfer_status = attribute(6, DataTag.ENUM, dynamic=True, note="`ImageTransferStatus`")
    image_to_activate_info = attribute(
        7,
        DataTag.ARRAY,
        dynamic=True,
        note="{double-long-unsigned size, octet-string identification, octet-string signature}",
    )
    image_transfer_initiate = method(
        1, DataTag.STRUCTURE, note="{octet-string identifier, double-long-unsigned size}"
    )
    image_block_transfer = method(
        2, DataTag.STRUCTURE, note="{double-long-unsigned block number, octet-string block}"
    )
    image_verify = method(3, DataTag.INTEGER)
    image_activate = method(4, DataTag.INTEGER)


# Push setup, three versions of it: what is sent unasked, where to and when.
#
# One version is bound by a device; `PUSH_VERSIONS` has them all, for a client that meets another one.
#
# Source: IEC 62056-6-2, Push setup (class_id 40, versions 0, 1 and 2)


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
