"""Interface classes of tariffs: register activation, special days table, activity calendar.

Source: IEC 62056-6-2, interface classes 6, 11, 20
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method


class RegisterActivation(InterfaceClass, class_id=6, version=0, source="IEC 62056-6-2, Register activation"):
    """Which registers count under which tariff mask."""

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
