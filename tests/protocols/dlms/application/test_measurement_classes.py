"""The classes of measurement, tariff and time as they are declared: indexes, names, methods, source."""

import pytest

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem import CLASSES

#: class-id -> (version, attributes from 2 on, methods), as the interface classes number them.
DECLARED = {
    1: (0, ["value"], []),
    3: (0, ["value", "scaler_unit"], ["reset"]),
    4: (0, ["value", "scaler_unit", "status", "capture_time"], ["reset"]),
    5: (
        0,
        [
            "current_average_value",
            "last_average_value",
            "scaler_unit",
            "status",
            "capture_time",
            "start_time_current",
            "period",
            "number_of_periods",
        ],
        ["reset", "next_period"],
    ),
    6: (
        0,
        ["register_assignment", "mask_list", "active_mask"],
        ["add_register", "add_mask", "delete_mask"],
    ),
    7: (
        1,
        [
            "buffer",
            "capture_objects",
            "capture_period",
            "sort_method",
            "sort_object",
            "entries_in_use",
            "profile_entries",
        ],
        ["reset", "capture"],
    ),
    8: (
        0,
        [
            "time",
            "time_zone",
            "status",
            "daylight_savings_begin",
            "daylight_savings_end",
            "daylight_savings_deviation",
            "daylight_savings_enabled",
            "clock_base",
        ],
        [
            "adjust_to_quarter",
            "adjust_to_measuring_period",
            "adjust_to_minute",
            "adjust_to_preset_time",
            "preset_adjusting_time",
            "shift_time",
        ],
    ),
    9: (0, ["scripts"], ["execute"]),
    10: (0, ["entries"], ["enable_disable", "insert", "delete"]),
    11: (0, ["entries"], ["insert", "delete"]),
    20: (
        0,
        [
            "calendar_name_active",
            "season_profile_active",
            "week_profile_table_active",
            "day_profile_table_active",
            "calendar_name_passive",
            "season_profile_passive",
            "week_profile_table_passive",
            "day_profile_table_passive",
            "activate_passive_calendar_time",
        ],
        ["activate_passive_calendar"],
    ),
    22: (0, ["executed_script", "type", "execution_time"], []),
}


@pytest.mark.parametrize("class_id", DECLARED)
def test_a_class_is_declared_as_its_page_says(class_id):
    declared = CLASSES[class_id]
    version, attributes, methods = DECLARED[class_id]
    assert (declared.class_id, declared.version) == (class_id, version)
    assert [declared.attributes[index].name for index in sorted(declared.attributes)] == [
        "logical_name",
        *attributes,
    ]
    assert [declared.methods[index].name for index in sorted(declared.methods)] == methods
    assert declared.source.startswith("IEC 62056-6-2")
    assert declared.__doc__


@pytest.mark.parametrize(
    ("class_id", "attribute", "tag"),
    [
        (5, 8, DataTag.DOUBLE_LONG_UNSIGNED),
        (5, 9, DataTag.LONG_UNSIGNED),
        (6, 4, DataTag.OCTET_STRING),
        (8, 7, DataTag.INTEGER),
        (8, 8, DataTag.BOOLEAN),
        (20, 10, DataTag.OCTET_STRING),
        (22, 3, DataTag.ENUM),
    ],
)
def test_types_that_a_client_relies_on(class_id, attribute, tag):
    assert CLASSES[class_id].attributes[attribute].types == (tag,)
