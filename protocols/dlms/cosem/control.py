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


# Interface classes that run scripts: script table, schedule, single action schedule.
#
# Source: IEC 62056-6-2, interface classes 9, 10, 22


class ScriptTable(InterfaceClass, class_id=9, version=0, source="IEC 62056-6-2, Script table"):
    """Lists of writes and method calls on the device's own objects."""

    scripts = attribute(
        2,
        DataTag.ARRAY,
        note="{long-unsigned script id, array of {enum 1 write 2 execute, long-unsigned class, "
        "octet-string logical name, integer index, parameter}}",
    )
    execute = method(1, DataTag.LONG_UNSIGNED, note="script id")


class Schedule(InterfaceClass, class_id=10, version=0, source="IEC 62056-6-2, Schedule"):
    """Runs scripts at a time of day, on weekdays and special days between two dates."""

    entries = attribute(
        2,
        DataTag.ARRAY,
        note="{long-unsigned index, boolean enable, octet-string script table, long-unsigned selector, "
        "octet-string switch time 4, long-unsigned validity window min, bit-string weekdays, "
        "bit-string special days, octet-string begin 5, octet-string end 5}",
    )
    enable_disable = method(
        1, DataTag.STRUCTURE, note="{first and last to disable, first and last to enable: long-unsigned}"
    )
    insert = method(2, DataTag.STRUCTURE, note="one entry")
    delete = method(3, DataTag.STRUCTURE, note="{first, last: long-unsigned}")


class SingleActionSchedule(
    InterfaceClass, class_id=22, version=0, source="IEC 62056-6-2, Single action schedule"
):
    """Runs a script at given times."""

    executed_script = attribute(
        2, DataTag.STRUCTURE, note="{octet-string script table, long-unsigned selector}"
    )
    type = attribute(3, DataTag.ENUM, note="1 to 5: one or several times, with or without wildcards")
    execution_time = attribute(4, DataTag.ARRAY, note="{octet-string time 4, octet-string date 5}")


# Interface classes of tariffs: register activation, special days table, activity calendar.
#
# Source: IEC 62056-6-2, interface classes 6, 11, 20


class RegisterActivation(InterfaceClass, class_id=6, version=0, source="IEC 62056-6-2, Register activation"):
    """Register assignments by tariff mask."""

    register_assignment = attribute(2, DataTag.ARRAY, note="{long-unsigned class, octet-string logical name}")
    mask_list = attribute(3, DataTag.ARRAY, note="{octet-string name, array of unsigned, counted from 1}")
    active_mask = attribute(4, DataTag.OCTET_STRING, dynamic=True)
    add_register = method(1, DataTag.STRUCTURE, note="{long-unsigned class, octet-string logical name}")
    add_mask = method(2, DataTag.STRUCTURE, note="{octet-string name, array of unsigned}")
    delete_mask = method(3, DataTag.OCTET_STRING)


class SpecialDaysTable(InterfaceClass, class_id=11, version=0, source="IEC 62056-6-2, Special days table"):
    """Days that are not what their weekday says."""

    entries = attribute(2, DataTag.ARRAY, note="{long-unsigned index, octet-string date 5, unsigned day-id}")
    insert = method(1, DataTag.STRUCTURE, note="one entry")
    delete = method(2, DataTag.LONG_UNSIGNED, note="index")


class ActivityCalendar(InterfaceClass, class_id=20, version=0, source="IEC 62056-6-2, Activity calendar"):
    """Tariff calendar: seasons of weeks of days, one active copy and one passive."""

    calendar_name_active = attribute(2, DataTag.OCTET_STRING)
    season_profile_active = attribute(
        3, DataTag.ARRAY, note="{octet-string name, start 12 octets, octet-string week}"
    )
    week_profile_table_active = attribute(4, DataTag.ARRAY, note="{octet-string name, unsigned day-id × 7}")
    day_profile_table_active = attribute(
        5,
        DataTag.ARRAY,
        note="{unsigned day-id, array of {octet-string time 4, octet-string script table, "
        "long-unsigned selector}}",
    )
    calendar_name_passive = attribute(6, DataTag.OCTET_STRING)
    season_profile_passive = attribute(7, DataTag.ARRAY)
    week_profile_table_passive = attribute(8, DataTag.ARRAY)
    day_profile_table_passive = attribute(9, DataTag.ARRAY)
    activate_passive_calendar_time = attribute(10, DataTag.OCTET_STRING, note="date-time, 12 octets")
    activate_passive_calendar = method(1, DataTag.INTEGER)
