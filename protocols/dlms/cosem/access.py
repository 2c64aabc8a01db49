"""Interface classes of access and security: associations, SAP assignment, security setup, push.

Source: IEC 62056-6-2, interface classes 15, 17, 40, 64
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method


class AssociationLn(InterfaceClass, class_id=15, version=1, source="IEC 62056-6-2, Association LN"):
    """The view that one client has of a logical device; version 1 (2 and 3 add users and finer rights)."""

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
    reply_to_hls_authentication = method(1, DataTag.OCTET_STRING)
    change_hls_secret = method(2, DataTag.OCTET_STRING)
    add_object = method(3, DataTag.STRUCTURE)
    remove_object = method(4, DataTag.STRUCTURE)


class SapAssignment(InterfaceClass, class_id=17, version=0, source="IEC 62056-6-2, SAP assignment"):
    """The logical devices of the physical device."""

    sap_assignment_list = attribute(
        2, DataTag.ARRAY, note="{long-unsigned SAP, octet-string logical device name}"
    )
    connect_logical_device = method(1, DataTag.STRUCTURE)


class PushSetup(InterfaceClass, class_id=40, version=0, source="IEC 62056-6-2, Push setup"):
    """What is pushed, where to and when; version 0."""

    push_object_list = attribute(
        2, DataTag.ARRAY, note="{long-unsigned class, octet-string, integer, long-unsigned index}"
    )
    send_destination_and_method = attribute(
        3, DataTag.STRUCTURE, note="{enum transport, octet-string, enum message}"
    )
    communication_window = attribute(4, DataTag.ARRAY, note="{start 12 octets, end 12 octets}")
    randomisation_start_interval = attribute(5, DataTag.LONG_UNSIGNED, note="seconds")
    number_of_retries = attribute(6, DataTag.UNSIGNED)
    repetition_delay = attribute(7, DataTag.LONG_UNSIGNED, note="seconds")
    push = method(1, DataTag.INTEGER)


class SecuritySetup(InterfaceClass, class_id=64, version=0, source="IEC 62056-6-2, Security setup"):
    """Security suite, policy and key transfer; version 0. Declared only: this codec does not cipher yet."""

    security_policy = attribute(2, DataTag.ENUM, note="0 none 1 authenticated 2 encrypted 3 both")
    security_suite = attribute(3, DataTag.ENUM)
    client_system_title = attribute(4, DataTag.OCTET_STRING)
    server_system_title = attribute(5, DataTag.OCTET_STRING)
    security_activate = method(1, DataTag.ENUM)
    key_transfer = method(2, DataTag.ARRAY, note="{enum key id, octet-string wrapped key}")
