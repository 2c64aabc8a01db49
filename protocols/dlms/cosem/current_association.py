"""The object 0.0.40.0.0 of an association: its object list made from the objects and their rights.

Source: IEC 62056-6-2, Association LN
"""

from collections.abc import Iterable
from dataclasses import dataclass

from protocols.dlms import axdr
from protocols.dlms.acse.names import ApplicationContextName, MechanismName
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.access import AssociationLn
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION, Mechanism
from protocols.dlms.cosem.enumerations import AccessMode, AssociationStatus
from protocols.dlms.cosem.objects import CosemObject, constant
from protocols.dlms.cosem.rights import AccessRights, read_only
from protocols.dlms.xdlms.initiate import DLMS_VERSION

_MECHANISMS = {Mechanism.NONE: MechanismName.NONE, Mechanism.LLS: MechanismName.LLS}

Entry = tuple[CosemObject, AccessRights]


@dataclass(frozen=True, slots=True)
class ContextFacts:
    """What was agreed for the association.

    Args:
        client_sap: address of the client.
        server_sap: address of the logical device.
        mechanism: how the client authenticated.
        conformance: 24 bits granted.
        max_receive_pdu: octets of the longest APDU that the server takes.
        max_send_pdu: octets of the longest APDU that the client takes, 0 for any.
    """

    client_sap: int
    server_sap: int
    mechanism: Mechanism
    conformance: int
    max_receive_pdu: int
    max_send_pdu: int


def current_association(facts: ContextFacts, entries: Iterable[Entry]) -> Entry:
    """The object and its rights: everything readable that has a value, nothing writable.

    Args:
        facts: what was agreed.
        entries: the objects that the association sees, without this one.
    """
    listed = list(entries)
    context = axdr.structure(
        axdr.bit_string(f"{facts.conformance & 0xFFFFFF:024b}"),
        axdr.long_unsigned(facts.max_receive_pdu),
        axdr.long_unsigned(facts.max_send_pdu),
        axdr.unsigned(DLMS_VERSION),
        axdr.integer(0),
        axdr.octet_string(b""),
    )
    partners = axdr.structure(axdr.integer(facts.client_sap), axdr.long_unsigned(facts.server_sap))
    item = CosemObject(
        AssociationLn,
        CURRENT_ASSOCIATION,
        getters={
            2: lambda _selection: _object_list(listed),
            3: constant(partners),
            4: constant(axdr.octet_string(ApplicationContextName.LN_NO_CIPHERING.value)),
            5: constant(context),
            6: constant(axdr.octet_string(_MECHANISMS[facts.mechanism].value)),
            8: constant(axdr.enum(AssociationStatus.ASSOCIATED)),
        },
    )
    rights = read_only(item)
    listed.append((item, rights))
    return item, rights


def _object_list(entries: Iterable[Entry]) -> Data:
    return axdr.array(*(_element(item, rights) for item, rights in entries))


def _element(item: CosemObject, rights: AccessRights) -> Data:
    attributes = [
        axdr.structure(
            axdr.integer(index),
            axdr.enum(rights.attributes.get(index, AccessMode.NO_ACCESS)),
            axdr.null(),
        )
        for index in item.interface.attributes
    ]
    methods = [
        axdr.structure(axdr.integer(index), axdr.enum(int(rights.may_invoke(index))))
        for index in item.interface.methods
    ]
    return axdr.structure(
        axdr.long_unsigned(item.class_id),
        axdr.unsigned(item.interface.version),
        axdr.octet_string(item.logical_name.to_bytes()),
        axdr.structure(axdr.array(*attributes), axdr.array(*methods)),
    )
