"""Parameter monitor: which of the parameters that matter was changed last.

Version 0 is bound by a device; version 1 is declared for a client that meets it.

Source: IEC 62056-6-2, Parameter monitor (class_id 65, versions 0 and 1)
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method

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
