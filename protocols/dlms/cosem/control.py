"""Interface classes of time and control: clock, disconnect control, limiter.

Source: IEC 62056-6-2, interface classes 8, 70, 71
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method


class Clock(InterfaceClass, class_id=8, version=0, source="IEC 62056-6-2, Clock"):
    """The time of the device."""

    time = attribute(2, DataTag.OCTET_STRING, dynamic=True, note="date-time, 12 octets")
    time_zone = attribute(3, DataTag.LONG, note="minutes from local time to UTC")
    status = attribute(4, DataTag.UNSIGNED, dynamic=True)
    daylight_savings_begin = attribute(5, DataTag.OCTET_STRING, note="date-time, 12 octets")
    daylight_savings_end = attribute(6, DataTag.OCTET_STRING, note="date-time, 12 octets")
    daylight_savings_deviation = attribute(7, DataTag.INTEGER, note="minutes")
    daylight_savings_enabled = attribute(8, DataTag.BOOLEAN)
    clock_base = attribute(9, DataTag.ENUM)
    adjust_to_quarter = method(1, DataTag.INTEGER)
    adjust_to_measuring_period = method(2, DataTag.INTEGER)
    adjust_to_minute = method(3, DataTag.INTEGER)
    adjust_to_preset_time = method(4, DataTag.INTEGER)
    preset_adjusting_time = method(
        5, DataTag.STRUCTURE, note="{preset, begin, end of validity: octet-string}"
    )
    shift_time = method(6, DataTag.LONG, note="seconds")


class DisconnectControl(InterfaceClass, class_id=70, version=0, source="IEC 62056-6-2, Disconnect control"):
    """The load switch; its transitions are the table in `protocols.dlms.cosem.disconnect`."""

    output_state = attribute(2, DataTag.BOOLEAN, dynamic=True, note="true = load connected")
    control_state = attribute(
        3, DataTag.ENUM, dynamic=True, note="0 disconnected 1 connected 2 ready for reconnection"
    )
    control_mode = attribute(4, DataTag.ENUM, note="0 to 6")
    remote_disconnect = method(1, DataTag.INTEGER)
    remote_reconnect = method(2, DataTag.INTEGER)


class Limiter(InterfaceClass, class_id=71, version=0, source="IEC 62056-6-2, Limiter"):
    """Acts when a monitored value stays over a threshold."""

    monitored_value = attribute(
        2, DataTag.STRUCTURE, note="{long-unsigned class, octet-string, integer attribute}"
    )
    threshold_active = attribute(3, dynamic=True)
    threshold_normal = attribute(4)
    threshold_emergency = attribute(5)
    min_over_threshold_duration = attribute(6, DataTag.DOUBLE_LONG_UNSIGNED, note="seconds")
    min_under_threshold_duration = attribute(7, DataTag.DOUBLE_LONG_UNSIGNED, note="seconds")
    emergency_profile = attribute(
        8, DataTag.STRUCTURE, note="{long-unsigned id, activation 12 octets, duration s}"
    )
    emergency_profile_group_id_list = attribute(9, DataTag.ARRAY, note="long-unsigned")
    emergency_profile_active = attribute(10, DataTag.BOOLEAN, dynamic=True)
    actions = attribute(11, DataTag.STRUCTURE, note="{over {octet-string, long-unsigned}, under {…}}")
