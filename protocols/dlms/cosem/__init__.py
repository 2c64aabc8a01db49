"""COSEM: interface classes declared free of values, objects that bind them, logical devices."""

from protocols.dlms.cosem.access import AssociationLn, SapAssignment, SecuritySetup
from protocols.dlms.cosem.communication import IecHdlcSetup, IecLocalPortSetup, TcpUdpSetup
from protocols.dlms.cosem.control import Clock, DisconnectControl, Limiter
from protocols.dlms.cosem.declaration import ClassReference, InterfaceClass, attribute, class_id_of, method
from protocols.dlms.cosem.device import AssociationProfile, LogicalDevice, LogicalDevices, Mechanism
from protocols.dlms.cosem.enumerations import AccessMode
from protocols.dlms.cosem.g3 import G3_CLASSES
from protocols.dlms.cosem.image import ImageTransfer
from protocols.dlms.cosem.measurement import (
    DataObject,
    DemandRegister,
    ExtendedRegister,
    ProfileGeneric,
    Register,
    RegisterMonitor,
)
from protocols.dlms.cosem.monitors import ParameterMonitor
from protocols.dlms.cosem.network import (
    GprsModemSetup,
    GsmDiagnostic,
    Ipv4Setup,
    MacAddressSetup,
    NtpSetup,
    PppSetup,
)
from protocols.dlms.cosem.objects import AccessError, CosemObject, constant
from protocols.dlms.cosem.payment import Account, Charge, Credit, TokenGateway
from protocols.dlms.cosem.prime import PRIME_CLASSES
from protocols.dlms.cosem.push import PushSetup
from protocols.dlms.cosem.rights import AccessRights, Rights, full_access, read_only, rights_table
from protocols.dlms.cosem.schedules import Schedule, ScriptTable, SingleActionSchedule
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection, Selection
from protocols.dlms.cosem.sts_attributes import Iec6205541Attributes
from protocols.dlms.cosem.tariff import ActivityCalendar, RegisterActivation, SpecialDaysTable

_DECLARED: tuple[type[InterfaceClass], ...] = (
    DataObject,
    Register,
    ExtendedRegister,
    DemandRegister,
    RegisterActivation,
    ScriptTable,
    Schedule,
    SpecialDaysTable,
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
    ImageTransfer,
    ParameterMonitor,
    Ipv4Setup,
    MacAddressSetup,
    PppSetup,
    GprsModemSetup,
    GsmDiagnostic,
    NtpSetup,
    *PRIME_CLASSES,
    *G3_CLASSES,
)

# class-id -> declaration; one version each.
CLASSES: dict[int, type[InterfaceClass]] = {declared.class_id: declared for declared in _DECLARED}

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
    "GprsModemSetup",
    "GsmDiagnostic",
    "Iec6205541Attributes",
    "IecHdlcSetup",
    "IecLocalPortSetup",
    "ImageTransfer",
    "InterfaceClass",
    "Ipv4Setup",
    "Limiter",
    "LogicalDevice",
    "LogicalDevices",
    "MacAddressSetup",
    "Mechanism",
    "NtpSetup",
    "ParameterMonitor",
    "PppSetup",
    "ProfileGeneric",
    "PushSetup",
    "RangeSelection",
    "Register",
    "RegisterActivation",
    "RegisterMonitor",
    "Rights",
    "SapAssignment",
    "Schedule",
    "ScriptTable",
    "SecuritySetup",
    "Selection",
    "SingleActionSchedule",
    "SpecialDaysTable",
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
