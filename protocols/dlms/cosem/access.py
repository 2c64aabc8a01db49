"""Interface classes of access and security: associations, SAP assignment, security setup.

Source: IEC 62056-6-2, interface classes 15, 17, 64
"""

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
