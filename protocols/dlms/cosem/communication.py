"""Interface classes that set communication ports up.

Source: IEC 62056-6-2, interface classes 19, 23, 41
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method


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


# Interface classes of networks: IPv4, MAC address, PPP, mobile radio, network time.
#
# Source: IEC 62056-6-2, interface classes 42, 43, 44, 45, 47, 100


class Ipv4Setup(InterfaceClass, class_id=42, version=0, source="IEC 62056-6-2, IPv4 setup"):
    """An IPv4 address and what belongs to it."""

    dl_reference = attribute(2, DataTag.OCTET_STRING, note="logical name of the data link's setup object")
    ip_address = attribute(3, DataTag.DOUBLE_LONG_UNSIGNED)
    multicast_ip_address = attribute(4, DataTag.ARRAY, note="double-long-unsigned")
    ip_options = attribute(5, DataTag.ARRAY, note="{unsigned type, unsigned length, octet-string data}")
    subnet_mask = attribute(6, DataTag.DOUBLE_LONG_UNSIGNED)
    gateway_ip_address = attribute(7, DataTag.DOUBLE_LONG_UNSIGNED)
    use_dhcp_flag = attribute(8, DataTag.BOOLEAN)
    primary_dns_address = attribute(9, DataTag.DOUBLE_LONG_UNSIGNED)
    secondary_dns_address = attribute(10, DataTag.DOUBLE_LONG_UNSIGNED)
    add_mc_ip_address = method(1, DataTag.DOUBLE_LONG_UNSIGNED)
    delete_mc_ip_address = method(2, DataTag.DOUBLE_LONG_UNSIGNED)
    get_nbof_mc_ip_addresses = method(3, DataTag.INTEGER)


class MacAddressSetup(InterfaceClass, class_id=43, version=0, source="IEC 62056-6-2, MAC address setup"):
    """The address of a port on its medium."""

    mac_address = attribute(2, DataTag.OCTET_STRING)


class PppSetup(InterfaceClass, class_id=44, version=0, source="IEC 62056-6-2, PPP setup"):
    """The point-to-point protocol."""

    phy_reference = attribute(2, DataTag.OCTET_STRING)
    lcp_options = attribute(3, DataTag.ARRAY, note="{unsigned type, unsigned length, value}")
    ipcp_options = attribute(4, DataTag.ARRAY, note="{unsigned type, unsigned length, value}")
    ppp_authentication = attribute(
        5, DataTag.STRUCTURE, DataTag.NULL, note="{octet-string user, octet-string password}"
    )


class GprsModemSetup(InterfaceClass, class_id=45, version=0, source="IEC 62056-6-2, GPRS modem setup"):
    """Setup of a modem in a mobile network."""

    apn = attribute(2, DataTag.OCTET_STRING)
    pin_code = attribute(3, DataTag.LONG_UNSIGNED)
    quality_of_service = attribute(
        4,
        DataTag.STRUCTURE,
        note="{default, requested}, five unsigned each: precedence to mean throughput",
    )


class GsmDiagnostic(InterfaceClass, class_id=47, version=1, source="IEC 62056-6-2, GSM diagnostic"):
    """Where a modem stands in its network."""

    operator = attribute(2, DataTag.VISIBLE_STRING, dynamic=True)
    status = attribute(3, DataTag.ENUM, dynamic=True, note="0 not registered 1 home 2 searching 3 denied")
    cs_attachment = attribute(4, DataTag.ENUM, dynamic=True)
    ps_status = attribute(5, DataTag.ENUM, dynamic=True, note="0 inactive 1 GPRS 2 EDGE 3 UMTS 4 HSDPA 5 LTE")
    cell_info = attribute(
        6,
        DataTag.STRUCTURE,
        dynamic=True,
        note="{double-long-unsigned cell, long-unsigned location, unsigned signal, unsigned bit errors, "
        "long-unsigned MCC, long-unsigned MNC, double-long-unsigned channel}",
    )
    adjacent_cells = attribute(7, DataTag.ARRAY, dynamic=True, note="{double-long-unsigned cell, unsigned}")
    capture_time = attribute(8, DataTag.OCTET_STRING, DataTag.DATE_TIME, dynamic=True)


class NtpSetup(InterfaceClass, class_id=100, version=0, source="IEC 62056-6-2, NTP setup"):
    """Where the time comes from."""

    activated = attribute(2, DataTag.BOOLEAN)
    server_address = attribute(3, DataTag.OCTET_STRING)
    server_port = attribute(4, DataTag.LONG_UNSIGNED)
    authentication_method = attribute(5, DataTag.ENUM, note="0 none 1 shared secrets 2 autokey")
    authentication_keys = attribute(6, DataTag.ARRAY, note="{double-long-unsigned id, octet-string key}")
    client_key = attribute(7, DataTag.OCTET_STRING)
    synchronize = method(1, DataTag.INTEGER)
    add_authentication_key = method(2, DataTag.STRUCTURE)
    delete_authentication_key = method(3, DataTag.DOUBLE_LONG_UNSIGNED)
