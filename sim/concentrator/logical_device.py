"""SAP 1: the concentrator's own logical device, for anybody who speaks DLMS to it (R6.2-02).

Logical device name, clock, SAP assignment with every registered meter, the log of events and a status.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.access import SapAssignment
from protocols.dlms.cosem.control import Clock
from protocols.dlms.cosem.device import SAP_ASSIGNMENT, AssociationProfile, LogicalDevice, Mechanism
from protocols.dlms.cosem.measurement import DataObject, ProfileGeneric
from protocols.dlms.cosem.objects import CosemObject, constant
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, Selection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis
from sim.concentrator.events import EventLog
from sim.concentrator.registry import Registry

OWN_SAP = 1
CLOCK, SERIAL = Obis.from_string("0.0.1.0.0"), Obis.from_string("0.0.96.1.0")
EVENTS, EVENT_CODE = Obis.from_string("0.0.99.98.0"), Obis.from_string("0.0.96.11.0")
#: Ours, of the manufacturer's range: counts and states as one line of JSON.
STATUS = Obis.from_string("0.0.96.128.0")
PUBLIC_SAP, READER_SAP = 16, 2


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """Values that the logical device shows.

    Args:
        serial: on the case.
        ldn: logical device name.
        deviation_minutes: minutes from local time to UTC.
        password: of the reader; empty: there is no reader.
        utc: time of its clock.
        registry: the meters.
        events: the log.
        status: counts and states.
    """

    serial: str
    ldn: str
    deviation_minutes: int
    password: bytes
    utc: Callable[[], datetime]
    registry: Registry
    events: EventLog
    status: Callable[[], dict[str, Any]]


def own_device(context: DeviceContext) -> LogicalDevice:
    """The logical device at SAP 1."""
    associations = [AssociationProfile(PUBLIC_SAP)]
    if context.password:
        associations.append(AssociationProfile(READER_SAP, Mechanism.LLS, context.password))
    return LogicalDevice(OWN_SAP, context.ldn.encode("ascii"), _objects(context), associations)


def _objects(context: DeviceContext) -> list[CosemObject]:
    def time(_: Selection | None) -> Data:
        return axdr.octet_string(_local(context, context.utc()))

    def assigned(_: Selection | None) -> Data:
        own = axdr.structure(axdr.long_unsigned(OWN_SAP), axdr.octet_string(context.ldn.encode("ascii")))
        meters = (
            axdr.structure(axdr.long_unsigned(record.sap), axdr.octet_string(_name(record.identity.ldn)))
            for record in context.registry
            if record.is_registered
        )
        return axdr.array(own, *meters)

    def status(_: Selection | None) -> Data:
        return axdr.octet_string(json.dumps(context.status(), sort_keys=True).encode())

    clock = {2: time, 3: constant(axdr.long(context.deviation_minutes)), 4: constant(axdr.unsigned(0))}
    return [
        CosemObject(DataObject, SERIAL, {2: constant(axdr.visible_string(context.serial))}),
        CosemObject(Clock, CLOCK, clock),
        CosemObject(SapAssignment, SAP_ASSIGNMENT, {2: assigned}),
        CosemObject(DataObject, STATUS, {2: status}),
        _event_log(context),
    ]


def _event_log(context: DeviceContext) -> CosemObject:
    columns = axdr.array(CaptureObject(8, CLOCK, 2).to_data(), CaptureObject(1, EVENT_CODE, 2).to_data())

    def rows(selection: Selection | None) -> Data:
        entries = list(context.events)
        if isinstance(selection, EntrySelection):
            entries = entries[max(0, selection.from_entry - 1) : selection.to_entry or None]
        return axdr.array(
            *(
                axdr.structure(
                    axdr.octet_string(
                        _local(context, datetime.fromtimestamp(event.utc_s, context.utc().tzinfo))
                    ),
                    axdr.long_unsigned(event.kind.code),
                )
                for event in entries
            )
        )

    def used(_: Selection | None) -> Data:
        return axdr.double_long_unsigned(len(context.events))

    getters = {2: rows, 3: constant(columns), 4: constant(axdr.double_long_unsigned(0)), 7: used}
    return CosemObject(ProfileGeneric, EVENTS, getters)


def _local(context: DeviceContext, instant: datetime) -> bytes:
    return CosemDateTime.from_utc(instant, context.deviation_minutes).to_bytes()


def _name(ldn: str) -> bytes:
    return ldn.encode("ascii", "replace")
