"""Interface classes that hold measurements: data, registers, demand, profiles.

Source: IEC 62056-6-2, interface classes 1, 3, 4, 5, 7, 21
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method

_STATUS_TYPES = (
    DataTag.NULL,
    DataTag.BIT_STRING,
    DataTag.DOUBLE_LONG_UNSIGNED,
    DataTag.OCTET_STRING,
    DataTag.VISIBLE_STRING,
    DataTag.UTF8_STRING,
    DataTag.UNSIGNED,
    DataTag.LONG_UNSIGNED,
    DataTag.LONG64_UNSIGNED,
)


class DataObject(InterfaceClass, class_id=1, version=0, source="IEC 62056-6-2, Data"):
    """One value of any kind: a name, a counter, a configuration word."""

    value = attribute(2)


class Register(InterfaceClass, class_id=3, version=0, source="IEC 62056-6-2, Register"):
    """A measured value with its scaler and unit."""

    value = attribute(2, dynamic=True)
    scaler_unit = attribute(3, DataTag.STRUCTURE, note="{integer scaler: value × 10^scaler, enum unit}")
    reset = method(1, DataTag.INTEGER)


class ExtendedRegister(InterfaceClass, class_id=4, version=0, source="IEC 62056-6-2, Extended register"):
    """A register with the status and the time of its value: maximum demand, for one."""

    value = attribute(2, dynamic=True)
    scaler_unit = attribute(3, DataTag.STRUCTURE, note="{integer scaler, enum unit}")
    status = attribute(4, *_STATUS_TYPES, dynamic=True)
    capture_time = attribute(5, DataTag.OCTET_STRING, dynamic=True, note="date-time, 12 octets")
    reset = method(1, DataTag.INTEGER)


class DemandRegister(InterfaceClass, class_id=5, version=0, source="IEC 62056-6-2, Demand register"):
    """A demand averaged over blocks or a sliding window of periods."""

    current_average_value = attribute(2, dynamic=True)
    last_average_value = attribute(3, dynamic=True)
    scaler_unit = attribute(4, DataTag.STRUCTURE, note="{integer scaler, enum unit}")
    status = attribute(5, *_STATUS_TYPES, dynamic=True)
    capture_time = attribute(6, DataTag.OCTET_STRING, dynamic=True, note="date-time, 12 octets")
    start_time_current = attribute(7, DataTag.OCTET_STRING, dynamic=True, note="date-time, 12 octets")
    period = attribute(8, DataTag.DOUBLE_LONG_UNSIGNED, note="seconds")
    number_of_periods = attribute(9, DataTag.LONG_UNSIGNED)
    reset = method(1, DataTag.INTEGER)
    next_period = method(2, DataTag.INTEGER)


class ProfileGeneric(InterfaceClass, class_id=7, version=1, source="IEC 62056-6-2, Profile generic"):
    """A buffer of captured rows: load profile, billing, event log."""

    buffer = attribute(2, DataTag.ARRAY, DataTag.COMPACT_ARRAY, dynamic=True)
    capture_objects = attribute(
        3,
        DataTag.ARRAY,
        note="{long-unsigned class, octet-string logical name, integer attribute, long-unsigned index}",
    )
    capture_period = attribute(4, DataTag.DOUBLE_LONG_UNSIGNED, note="seconds, 0 = captured by event")
    sort_method = attribute(5, DataTag.ENUM, note="1 fifo … 6 farthest to zero")
    sort_object = attribute(6, DataTag.STRUCTURE)
    entries_in_use = attribute(7, DataTag.DOUBLE_LONG_UNSIGNED, dynamic=True)
    profile_entries = attribute(8, DataTag.DOUBLE_LONG_UNSIGNED)
    reset = method(1, DataTag.INTEGER)
    capture = method(2, DataTag.INTEGER)


class RegisterMonitor(InterfaceClass, class_id=21, version=0, source="IEC 62056-6-2, Register monitor"):
    """Runs a script when a monitored value crosses a threshold."""

    thresholds = attribute(2, DataTag.ARRAY)
    monitored_value = attribute(
        3, DataTag.STRUCTURE, note="{long-unsigned class, octet-string, integer attribute}"
    )
    actions = attribute(
        4, DataTag.ARRAY, note="{up {octet-string, long-unsigned}, down {octet-string, long-unsigned}}"
    )


# Parameter monitor: which of the parameters that matter was changed last.
#
# Version 0 is bound by a device; version 1 is declared for a client that meets it.
#
# Source: IEC 62056-6-2, Parameter monitor (class_id 65, versions 0 and 1)

_CHANGED = "{long-unsigned class, octet-string, integer attribute, value of the attribute}"
_LIST = "{long-unsigned class, octet-string, integer attribute}"


class ParameterMonitor(InterfaceClass, class_id=65, version=0, source="IEC 62056-6-2, Parameter monitor"):
    """The parameters that are watched, and the last one that was written."""

    changed_parameter = attribute(2, DataTag.STRUCTURE, dynamic=True, note=_CHANGED)
    capture_time = attribute(3, DataTag.OCTET_STRING, DataTag.DATE_TIME, dynamic=True, note="12 octets")
    parameter_list = attribute(4, DataTag.ARRAY, note=_LIST)
    add_parameter = method(1, DataTag.STRUCTURE, note=_LIST)
    delete_parameter = method(2, DataTag.STRUCTURE, note=_LIST)


class ParameterMonitorV1(InterfaceClass, class_id=65, version=1, source="IEC 62056-6-2, Parameter monitor"):
    """The same with a digest over all of them."""

    changed_parameter = attribute(2, DataTag.STRUCTURE, dynamic=True, note=_CHANGED)
    capture_time = attribute(3, DataTag.OCTET_STRING, DataTag.DATE_TIME, dynamic=True, note="12 octets")
    parameter_list = attribute(4, DataTag.ARRAY, note=_LIST)
    parameter_list_name = attribute(5, DataTag.OCTET_STRING)
    hash_algorithm_id = attribute(6, DataTag.ENUM)
    parameter_value_digest = attribute(7, DataTag.OCTET_STRING, dynamic=True)
    parameter_values = attribute(8, DataTag.STRUCTURE, dynamic=True)
    add_parameter = method(1, DataTag.STRUCTURE, note=_LIST)
    delete_parameter = method(2, DataTag.STRUCTURE, note=_LIST)


#: version -> declaration.
PARAMETER_MONITOR_VERSIONS: dict[int, type[InterfaceClass]] = {
    declared.version: declared for declared in (ParameterMonitor, ParameterMonitorV1)
}
