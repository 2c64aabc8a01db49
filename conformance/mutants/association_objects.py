"""Mutants of association objects, SAP assignment and logical device names (7.3, 7.3.6, 7.3.12, 7.3.13)."""

import dataclasses

from conformance.mutants._bases import Misrepresenting, with_getter
from conformance.mutants._parts import SERVER, bindings
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.current_association import Entry
from protocols.dlms.cosem.device import (
    CURRENT_ASSOCIATION,
    SAP_ASSIGNMENT,
    AccessRights,
    LogicalDevice,
    LogicalDevices,
)
from protocols.dlms.cosem.enumerations import AssociationStatus
from protocols.dlms.cosem.objects import AccessError, CosemObject, constant
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.server.association import Association
from protocols.dlms.server.connection import ServerConnection
from sim.meter.cosem.binding import Bound
from sim.meter.cosem.requests import LiveParts
from sim.meter.profile import ObjectTerms

_OBJECT_LIST = 2


def _repeated(found: Data) -> Data:
    rows = found.value if isinstance(found.value, tuple) else ()
    return Data(found.tag, rows + rows[:1])


@mutant(
    "lists-object-twice",
    "dlms-yb/7.3",
    Message("the object list repeats one"),
    SERVER,
)
class ListsObjectTwice(ServerConnection):
    """A meter whose object list names an object twice."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            entries = association.view._entries  # noqa: SLF001 - a mutant, wrong on purpose
            item, rights = entries[CURRENT_ASSOCIATION]
            right = item.getters[_OBJECT_LIST]
            item = dataclasses.replace(
                item, getters={**item.getters, _OBJECT_LIST: lambda _: _repeated(right(None))}
            )
            entries[CURRENT_ASSOCIATION] = (item, rights)
        return answer


def _refuse(_selection: Selection | None) -> Data:
    raise AccessError(DataAccessResult.READ_WRITE_DENIED)


@mutant(
    "lists-unreadable-attribute",
    "dlms-yb/7.3.1",
    Message("grants a value that cannot be read"),
    bindings("firmware"),
)
def lists_unreadable_attribute(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose object list grants a value that it then refuses to read."""
    return dataclasses.replace(bound, getters={**bound.getters, 2: _refuse})


_STATUS = 8


@mutant(
    "denies-association",
    "dlms-yb/OBJECTS_ASSOCIATION",
    Message("the association says that no client is associated"),
    SERVER,
)
class DeniesAssociation(ServerConnection):
    """A meter whose association object says that no client is associated."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            entries = association.view._entries  # noqa: SLF001 - a mutant, wrong on purpose
            item, rights = entries[CURRENT_ASSOCIATION]
            wrong = axdr.enum(AssociationStatus.NON_ASSOCIATED)
            getters = {**item.getters, _STATUS: constant(wrong)}
            entries[CURRENT_ASSOCIATION] = (dataclasses.replace(item, getters=getters), rights)
        return answer


_ASSOCIATED_PARTNERS = 3


@mutant(
    "names-another-client",
    "dlms-yb/7.3.6",
    Message("the association names another client"),
    SERVER,
)
class NamesAnotherClient(Misrepresenting):
    """A meter whose association object names another client than the one that speaks."""

    __slots__ = ()

    def shown(self, association: Association, item: CosemObject, rights: AccessRights) -> Entry:
        """The partners with the next client address."""
        facts = association.facts
        wrong = axdr.structure(axdr.integer(facts.client_sap + 1), axdr.long_unsigned(facts.server_sap))
        return with_getter(item, _ASSOCIATED_PARTNERS, wrong), rights


class DevicesWithoutSapList(LogicalDevices):
    """Logical devices without a SAP assignment."""

    __slots__ = ()

    def mandatory_objects(self, device: LogicalDevice) -> list[CosemObject]:
        """Without the SAP assignment."""
        return [item for item in super().mandatory_objects(device) if item.logical_name != SAP_ASSIGNMENT]


@mutant("hides-sap-list", "dlms-yb/7.3.12", Message("has no SAP list"), SERVER)
def hides_sap_list(devices: LogicalDevices, *limits: object, **options: object) -> ServerConnection:
    """A meter without a SAP assignment object."""
    return ServerConnection(DevicesWithoutSapList(devices), *limits, **options)  # type: ignore[arg-type]


class DevicesListedTwice(LogicalDevices):
    """Logical devices of which the first is listed twice."""

    __slots__ = ()

    def _sap_list(self, selection: Selection | None) -> Data:
        found = super()._sap_list(selection)
        rows = found.value if isinstance(found.value, tuple) else ()
        return Data(found.tag, rows + rows[:1])


@mutant(
    "repeats-sap",
    "dlms-yb/OBJECTS_LDN",
    Message("the SAP list repeats a device"),
    SERVER,
)
def repeats_sap(devices: LogicalDevices, *limits: object, **options: object) -> ServerConnection:
    """A meter whose SAP assignment list names a logical device twice."""
    return ServerConnection(DevicesListedTwice(devices), *limits, **options)  # type: ignore[arg-type]


class DevicesWithoutFlagId(LogicalDevices):
    """Logical devices with figures in the place of the FLAG letters."""

    __slots__ = ()

    def __init__(self, devices: LogicalDevices) -> None:
        super().__init__(dataclasses.replace(device, name=b"000" + device.name[3:]) for device in devices)


@mutant(
    "nameless-maker",
    "dlms-yb/7.3.13",
    Message("the name does not begin with the maker's identifier"),
    SERVER,
)
def nameless_maker(devices: LogicalDevices, *limits: object, **options: object) -> ServerConnection:
    """A meter whose logical device name does not begin with a FLAG identifier."""
    return ServerConnection(DevicesWithoutFlagId(devices), *limits, **options)  # type: ignore[arg-type]
