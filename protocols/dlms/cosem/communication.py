"""Interface classes that set communication ports up.

Source: IEC 62056-6-2, interface classes 19, 23, 41
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute


class IecLocalPortSetup(InterfaceClass, class_id=19, version=1, source="IEC 62056-6-2, IEC local port setup"):
    """The optical port."""

    default_mode = attribute(2, DataTag.ENUM, note="0 IEC 62056-21, 1 HDLC")
    default_baud = attribute(3, DataTag.ENUM, note="0 = 300 … 5 = 9600 … 9 = 115200")
    prop_baud = attribute(4, DataTag.ENUM)
    response_time = attribute(5, DataTag.ENUM)
    device_address = attribute(6, DataTag.OCTET_STRING)
    password_1 = attribute(7, DataTag.OCTET_STRING)
    password_2 = attribute(8, DataTag.OCTET_STRING)
    password_w5 = attribute(9, DataTag.OCTET_STRING)


class IecHdlcSetup(InterfaceClass, class_id=23, version=1, source="IEC 62056-6-2, IEC HDLC setup"):
    """The HDLC data link of a port."""

    comm_speed = attribute(2, DataTag.ENUM, note="0 = 300 … 5 = 9600 … 9 = 115200")
    window_size_transmit = attribute(3, DataTag.UNSIGNED)
    window_size_receive = attribute(4, DataTag.UNSIGNED)
    max_info_field_length_transmit = attribute(5, DataTag.LONG_UNSIGNED, note="octets")
    max_info_field_length_receive = attribute(6, DataTag.LONG_UNSIGNED, note="octets")
    inter_octet_time_out = attribute(7, DataTag.LONG_UNSIGNED, note="milliseconds")
    inactivity_time_out = attribute(8, DataTag.LONG_UNSIGNED, note="seconds")
    device_address = attribute(9, DataTag.LONG_UNSIGNED)


class TcpUdpSetup(InterfaceClass, class_id=41, version=0, source="IEC 62056-6-2, TCP-UDP setup"):
    """The TCP or UDP port of the wrapper."""

    tcp_udp_port = attribute(2, DataTag.LONG_UNSIGNED)
    ip_reference = attribute(3, DataTag.OCTET_STRING)
    mss = attribute(4, DataTag.LONG_UNSIGNED, note="octets")
    nb_of_sim_conn = attribute(5, DataTag.UNSIGNED)
    inactivity_time_out = attribute(6, DataTag.LONG_UNSIGNED, note="seconds")
