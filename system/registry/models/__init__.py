"""Rows of the app `registry`."""

from system.registry.models.customers import Agreement, AgreementMode, Customer, DataConsent, ImportDraft
from system.registry.models.devices import (
    Device,
    DeviceIdentifier,
    DeviceInstallation,
    DeviceKind,
    IdentifierKind,
    MeterKeying,
)
from system.registry.models.groups import Group, GroupAxis, GroupMembership, GroupRule
from system.registry.models.places import Community, Feeder, Installation, Provider, Site, SiteKind

__all__ = [
    "Agreement",
    "AgreementMode",
    "Community",
    "Customer",
    "DataConsent",
    "Device",
    "DeviceIdentifier",
    "DeviceInstallation",
    "DeviceKind",
    "Feeder",
    "Group",
    "GroupAxis",
    "GroupMembership",
    "GroupRule",
    "IdentifierKind",
    "ImportDraft",
    "Installation",
    "MeterKeying",
    "Provider",
    "Site",
    "SiteKind",
]
