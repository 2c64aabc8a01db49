"""COSEM: interface classes declared free of values, objects that bind them, logical devices."""

from protocols.dlms.cosem.access import AssociationLn, PushSetup, SapAssignment, SecuritySetup
from protocols.dlms.cosem.communication import IecHdlcSetup, IecLocalPortSetup, TcpUdpSetup
from protocols.dlms.cosem.control import (
    ActivityCalendar,
    Clock,
    DisconnectControl,
    Limiter,
    SingleActionSchedule,
)
from protocols.dlms.cosem.declaration import ClassReference, InterfaceClass, attribute, class_id_of, method
from protocols.dlms.cosem.device import AssociationProfile, LogicalDevice, LogicalDevices, Mechanism
from protocols.dlms.cosem.enumerations import AccessMode
from protocols.dlms.cosem.measurement import (
    DataObject,
    DemandRegister,
    ExtendedRegister,
    ProfileGeneric,
    Register,
    RegisterActivation,
    RegisterMonitor,
)
from protocols.dlms.cosem.objects import AccessError, CosemObject, constant
from protocols.dlms.cosem.payment import Account, Charge, Credit, TokenGateway
from protocols.dlms.cosem.rights import AccessRights, Rights, full_access, read_only, rights_table
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection, Selection
from protocols.dlms.cosem.sts_attributes import Iec6205541Attributes

# class-id -> declaration; one version each.
CLASSES: dict[int, type[InterfaceClass]] = {
    declared.class_id: declared
    for declared in (
        DataObject,
        Register,
        ExtendedRegister,
        DemandRegister,
        RegisterActivation,
        ProfileGeneric,
        Clock,
        AssociationLn,
        SapAssignment,
        IecLocalPortSetup,
        ActivityCalendar,
        RegisterMonitor,
        SingleActionSchedule,
        IecHdlcSetup,
        PushSetup,
        TcpUdpSetup,
        SecuritySetup,
        DisconnectControl,
        Limiter,
        Account,
        Credit,
        Charge,
        TokenGateway,
        Iec6205541Attributes,
    )
}

__all__ = [
    "CLASSES",
    "AccessError",
    "AccessMode",
    "AccessRights",
    "Account",
    "ActivityCalendar",
    "AssociationLn",
    "AssociationProfile",
    "CaptureObject",
    "Charge",
    "ClassReference",
    "Clock",
    "CosemObject",
    "Credit",
    "DataObject",
    "DemandRegister",
    "DisconnectControl",
    "EntrySelection",
    "ExtendedRegister",
    "Iec6205541Attributes",
    "IecHdlcSetup",
    "IecLocalPortSetup",
    "InterfaceClass",
    "Limiter",
    "LogicalDevice",
    "LogicalDevices",
    "Mechanism",
    "ProfileGeneric",
    "PushSetup",
    "RangeSelection",
    "Register",
    "RegisterActivation",
    "RegisterMonitor",
    "Rights",
    "SapAssignment",
    "SecuritySetup",
    "Selection",
    "SingleActionSchedule",
    "TcpUdpSetup",
    "TokenGateway",
    "attribute",
    "class_id_of",
    "constant",
    "full_access",
    "method",
    "read_only",
    "rights_table",
]
