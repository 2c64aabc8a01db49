"""Interface classes that run scripts: script table, schedule, single action schedule.

Source: IEC 62056-6-2, interface classes 9, 10, 22
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method


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
