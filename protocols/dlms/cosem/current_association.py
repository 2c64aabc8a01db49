"""The object 0.0.40.0.0 of an association: its object list made from the objects and their rights.

Source: IEC 62056-6-2, Association LN
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from protocols.dlms import axdr
from protocols.dlms.acse import ApplicationContextName
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.cosem.access import AssociationLn
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION, AccessRights, Mechanism, MethodMode, read_only
from protocols.dlms.cosem.enumerations import AccessMode, AssociationStatus
from protocols.dlms.cosem.objects import AccessError, CosemObject, Invoker, constant
from protocols.dlms.errors import DlmsError
from protocols.dlms.obis import Obis
from protocols.dlms.xdlms.initiate import DLMS_VERSION

#: The security setup that an association with keys names, unless told otherwise.
SECURITY_SETUP = Obis(0, 0, 43, 0, 0, 255)

REPLY_TO_HLS = AssociationLn.reply_to_hls_authentication.index
CHANGE_SECRET = AssociationLn.change_hls_secret.index

Entry = tuple[CosemObject, AccessRights]


@dataclass(frozen=True, slots=True)
class AssociationContext:
    """Terms agreed for the association.

    Args:
        client_sap: address of the client.
        server_sap: address of the logical device.
        mechanism: how the client authenticated.
        conformance: 24 bits granted.
        max_receive_pdu: octets of the longest APDU that the server takes.
        max_send_pdu: octets of the longest APDU that the client takes, 0 for any.
        ciphered: whether the context is the one with ciphering.
        security_setup: the logical device has a security setup.
    """

    client_sap: int
    server_sap: int
    mechanism: Mechanism
    conformance: int
    max_receive_pdu: int
    max_send_pdu: int
    ciphered: bool = False
    security_setup: bool = False

    @property
    def context_name(self) -> ApplicationContextName:
        """The application context."""
        return (
            ApplicationContextName.LN_CIPHERING if self.ciphered else ApplicationContextName.LN_NO_CIPHERING
        )


def current_association(
    facts: AssociationContext,
    entries: Iterable[Entry],
    reply_to_hls: Invoker | None = None,
    change_secret: Callable[[bytes], None] | None = None,
) -> Entry:
    """The object and its rights: everything readable that has a value, nothing writable.

    Args:
        facts: what was agreed.
        entries: the objects that the association sees, without this one.
        reply_to_hls: method 1, only with high level security.
        change_secret: what method 2 hands the new secret to, only with high level security.
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
            4: constant(axdr.octet_string(facts.context_name.value)),
            5: constant(context),
            6: constant(axdr.octet_string(facts.mechanism.mechanism_name.value)),
            8: constant(axdr.enum(AssociationStatus.ASSOCIATED)),
            10: constant(axdr.array()),
            11: constant(axdr.structure(axdr.unsigned(0), axdr.octet_string(b""))),
            **({9: constant(axdr.octet_string(SECURITY_SETUP.to_bytes()))} if facts.security_setup else {}),
        },
        methods=_methods(reply_to_hls, change_secret),
    )
    rights = replace(read_only(item), methods={index: _RIGHTS[index] for index in item.methods})
    listed.append((item, rights))
    return item, rights


# A secret is changed by who proves with each message to be the client.
_RIGHTS = {REPLY_TO_HLS: MethodMode.ACCESS, CHANGE_SECRET: MethodMode.AUTHENTICATED_ACCESS}


def _methods(
    reply_to_hls: Invoker | None, change_secret: Callable[[bytes], None] | None
) -> dict[int, Invoker]:
    if reply_to_hls is None:
        return {}
    return {REPLY_TO_HLS: reply_to_hls} | (
        {} if change_secret is None else {CHANGE_SECRET: _changes(change_secret)}
    )


def _changes(change_secret: Callable[[bytes], None]) -> Invoker:
    def change(parameter: Data | None) -> None:
        secret = None if parameter is None else parameter.value
        if not isinstance(secret, bytes):
            raise AccessError(ActionResult.TYPE_UNMATCHED)
        try:
            change_secret(secret)
        except DlmsError as error:
            raise AccessError(ActionResult.OTHER_REASON) from error

    return change


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
        axdr.structure(axdr.integer(index), axdr.enum(int(rights.methods.get(index, MethodMode.NO_ACCESS))))
        for index in item.interface.methods
    ]
    return axdr.structure(
        axdr.long_unsigned(item.class_id),
        axdr.unsigned(item.interface.version),
        axdr.octet_string(item.logical_name.to_bytes()),
        axdr.structure(axdr.array(*attributes), axdr.array(*methods)),
    )
