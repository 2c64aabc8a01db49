"""Interface classes of PRIME power line nodes: declared for meters that have such a modem.

Source: IEC 62056-6-2, interface classes 80 to 86
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method

_LONG = DataTag.LONG_UNSIGNED
_DOUBLE = DataTag.DOUBLE_LONG_UNSIGNED


class PrimeLlcSscsSetup(InterfaceClass, class_id=80, version=0, source="IEC 62056-6-2, 4-32 LLC SSCS setup"):
    """The two addresses of the 4-32 convergence layer."""

    service_node_address = attribute(2, _LONG, dynamic=True)
    base_node_address = attribute(3, _LONG, dynamic=True)
    reset = method(1, DataTag.INTEGER)


class PrimePhysicalCounters(
    InterfaceClass, class_id=81, version=0, source="IEC 62056-6-2, PRIME physical layer counters"
):
    """What went wrong on the wire."""

    phy_stats_crc_incorrect_count = attribute(2, _LONG, dynamic=True)
    phy_stats_crc_fail_count = attribute(3, _LONG, dynamic=True)
    phy_stats_tx_drop_count = attribute(4, _LONG, dynamic=True)
    phy_stats_rx_drop_count = attribute(5, _LONG, dynamic=True)
    reset = method(1, DataTag.INTEGER)


class PrimeMacSetup(InterfaceClass, class_id=82, version=0, source="IEC 62056-6-2, PRIME MAC setup"):
    """How the MAC behaves."""

    mac_min_switch_search_time = attribute(2, DataTag.UNSIGNED, note="seconds")
    mac_max_promotion_pdu = attribute(3, DataTag.UNSIGNED)
    mac_promotion_pdu_tx_period = attribute(4, DataTag.UNSIGNED, note="seconds")
    mac_beacons_per_frame = attribute(5, DataTag.UNSIGNED)
    mac_scp_max_tx_attempts = attribute(6, DataTag.UNSIGNED)
    mac_ctl_re_tx_timer = attribute(7, DataTag.UNSIGNED, note="seconds")
    mac_max_ctl_re_tx = attribute(8, DataTag.UNSIGNED)


class PrimeMacFunctional(
    InterfaceClass, class_id=83, version=0, source="IEC 62056-6-2, PRIME MAC functional parameters"
):
    """Where the node stands in its subnetwork."""

    mac_lnid = attribute(2, DataTag.LONG, dynamic=True)
    mac_lsid = attribute(3, DataTag.UNSIGNED, dynamic=True)
    mac_sid = attribute(4, DataTag.UNSIGNED, dynamic=True)
    mac_sna = attribute(5, DataTag.OCTET_STRING, dynamic=True, note="EUI-48")
    mac_state = attribute(6, DataTag.ENUM, dynamic=True, note="0 disconnected 1 terminal 2 switch 3 base")
    mac_scp_length = attribute(7, DataTag.LONG, dynamic=True)
    mac_node_hierarchy_level = attribute(8, DataTag.UNSIGNED, dynamic=True)
    mac_beacon_slot_count = attribute(9, DataTag.UNSIGNED, dynamic=True)
    mac_beacon_rx_slot = attribute(10, DataTag.UNSIGNED, dynamic=True)
    mac_beacon_tx_slot = attribute(11, DataTag.UNSIGNED, dynamic=True)
    mac_beacon_rx_frequency = attribute(12, DataTag.UNSIGNED, dynamic=True)
    mac_beacon_tx_frequency = attribute(13, DataTag.UNSIGNED, dynamic=True)
    mac_capabilities = attribute(14, _LONG)


class PrimeMacCounters(InterfaceClass, class_id=84, version=0, source="IEC 62056-6-2, PRIME MAC counters"):
    """Packets sent, heard and lost."""

    mac_tx_data_pkt_count = attribute(2, _DOUBLE, dynamic=True)
    mac_rx_data_pkt_count = attribute(3, _DOUBLE, dynamic=True)
    mac_tx_ctrl_pkt_count = attribute(4, _DOUBLE, dynamic=True)
    mac_rx_ctrl_pkt_count = attribute(5, _DOUBLE, dynamic=True)
    mac_csma_fail_count = attribute(6, _DOUBLE, dynamic=True)
    mac_csma_ch_busy_count = attribute(7, _DOUBLE, dynamic=True)
    reset = method(1, DataTag.INTEGER)


class PrimeNetworkAdministration(
    InterfaceClass, class_id=85, version=0, source="IEC 62056-6-2, PRIME MAC network administration data"
):
    """Tables that a base node fills."""

    mac_list_multicast_entries = attribute(2, DataTag.ARRAY, dynamic=True)
    mac_list_switch_table = attribute(3, DataTag.ARRAY, dynamic=True)
    mac_list_direct_table = attribute(4, DataTag.ARRAY, dynamic=True)
    mac_list_available_switches = attribute(5, DataTag.ARRAY, dynamic=True)
    mac_list_phy_comm = attribute(6, DataTag.ARRAY, dynamic=True)
    reset = method(1, DataTag.INTEGER)


class PrimeApplications(
    InterfaceClass, class_id=86, version=0, source="IEC 62056-6-2, PRIME MAC applications identification"
):
    """Who made the modem, and what runs in it."""

    applications_firmware_version = attribute(2, DataTag.OCTET_STRING)
    applications_vendor_id = attribute(3, _LONG)
    applications_product_id = attribute(4, _LONG)


#: Every class of this module.
PRIME_CLASSES: tuple[type[InterfaceClass], ...] = (
    PrimeLlcSscsSetup,
    PrimePhysicalCounters,
    PrimeMacSetup,
    PrimeMacFunctional,
    PrimeMacCounters,
    PrimeNetworkAdministration,
    PrimeApplications,
)
