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
    """Error counters of the wire."""

    phy_stats_crc_incorrect_count = attribute(2, _LONG, dynamic=True)
    phy_stats_crc_fail_count = attribute(3, _LONG, dynamic=True)
    phy_stats_tx_drop_count = attribute(4, _LONG, dynamic=True)
    phy_stats_rx_drop_count = attribute(5, _LONG, dynamic=True)
    reset = method(1, DataTag.INTEGER)


class PrimeMacSetup(InterfaceClass, class_id=82, version=0, source="IEC 62056-6-2, PRIME MAC setup"):
    """Parameters of the MAC."""

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
    """Maker and firmware of the modem."""

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


# Interface classes of G3-PLC nodes: declared for meters that have such a modem.
#
# The order of the attributes comes from public clients [S], not from the standard's text.
#
# Source: IEC 62056-6-2, interface classes 90, 91, 92

_BYTE = DataTag.UNSIGNED


class G3MacCounters(
    InterfaceClass, class_id=90, version=1, source="IEC 62056-6-2, G3-PLC MAC layer counters"
):
    """Packets sent, heard and lost."""

    mac_tx_data_packet_count = attribute(2, _DOUBLE, dynamic=True)
    mac_rx_data_packet_count = attribute(3, _DOUBLE, dynamic=True)
    mac_tx_cmd_packet_count = attribute(4, _DOUBLE, dynamic=True)
    mac_rx_cmd_packet_count = attribute(5, _DOUBLE, dynamic=True)
    mac_csma_fail_count = attribute(6, _DOUBLE, dynamic=True)
    mac_csma_no_ack_count = attribute(7, _DOUBLE, dynamic=True)
    mac_bad_crc_count = attribute(8, _DOUBLE, dynamic=True)
    mac_tx_data_broadcast_count = attribute(9, _DOUBLE, dynamic=True)
    mac_rx_data_broadcast_count = attribute(10, _DOUBLE, dynamic=True)
    reset = method(1, DataTag.INTEGER)


class G3MacSetup(InterfaceClass, class_id=91, version=3, source="IEC 62056-6-2, G3-PLC MAC setup"):
    """Parameters of the MAC."""

    mac_short_address = attribute(2, _LONG)
    mac_rc_coord = attribute(3, _LONG)
    mac_pan_id = attribute(4, _LONG)
    mac_key_table = attribute(5, DataTag.ARRAY, note="{unsigned key id, octet-string key}")
    mac_frame_counter = attribute(6, _DOUBLE, dynamic=True)
    mac_tone_mask = attribute(7, DataTag.BIT_STRING)
    mac_tmr_ttl = attribute(8, _BYTE, note="minutes")
    mac_max_frame_retries = attribute(9, _BYTE)
    mac_neighbour_table_entry_ttl = attribute(10, _BYTE, note="minutes")
    mac_neighbour_table = attribute(11, DataTag.ARRAY, dynamic=True)
    mac_high_priority_window_size = attribute(12, _BYTE)
    mac_csma_fairness_limit = attribute(13, _BYTE)
    mac_beacon_randomization_window_length = attribute(14, _BYTE)
    mac_a = attribute(15, _BYTE)
    mac_k = attribute(16, _BYTE)
    mac_min_cw_attempts = attribute(17, _BYTE)
    mac_cenelec_legacy_mode = attribute(18, _BYTE)
    mac_fcc_legacy_mode = attribute(19, _BYTE)
    mac_max_be = attribute(20, _BYTE)
    mac_max_csma_backoffs = attribute(21, _BYTE)
    mac_min_be = attribute(22, _BYTE)
    mac_broadcast_max_cw_enabled = attribute(23, DataTag.BOOLEAN)
    mac_transmit_atten = attribute(24, _BYTE)
    mac_pos_table = attribute(25, DataTag.ARRAY, dynamic=True)
    mac_duplicate_detection_ttl = attribute(26, _BYTE, note="seconds")
    mac_get_neighbour_table_entry = method(1, _LONG)
    mac_get_pos_table_entry = method(2, _LONG)


class G3SixLowPanSetup(
    InterfaceClass, class_id=92, version=3, source="IEC 62056-6-2, G3-PLC 6LoWPAN adaptation layer setup"
):
    """The adaptation layer: routing and joining."""

    adp_max_hops = attribute(2, _BYTE)
    adp_weak_lqi_value = attribute(3, _BYTE)
    adp_security_level = attribute(4, _BYTE)
    adp_prefix_table = attribute(5, DataTag.ARRAY)
    adp_routing_configuration = attribute(6, DataTag.ARRAY)
    adp_broadcast_log_table_entry_ttl = attribute(7, _LONG, note="minutes")
    adp_routing_table = attribute(8, DataTag.ARRAY, dynamic=True)
    adp_context_information_table = attribute(9, DataTag.ARRAY)
    adp_blacklist_table = attribute(10, DataTag.ARRAY, dynamic=True)
    adp_broadcast_log_table = attribute(11, DataTag.ARRAY, dynamic=True)
    adp_group_table = attribute(12, DataTag.ARRAY)
    adp_max_join_wait_time = attribute(13, _LONG, note="seconds")
    adp_path_discovery_time = attribute(14, _BYTE, note="seconds")
    adp_active_key_index = attribute(15, _BYTE)
    adp_metric_type = attribute(16, _BYTE)
    adp_coord_short_address = attribute(17, _LONG)
    adp_disable_default_routing = attribute(18, DataTag.BOOLEAN)
    adp_device_type = attribute(19, DataTag.ENUM, note="0 device 1 server 2 neither")
    adp_default_coord_route_enabled = attribute(20, DataTag.BOOLEAN)
    adp_destination_address_set = attribute(21, DataTag.ARRAY)
    adp_low_lqi = attribute(22, _BYTE)
    adp_high_lqi = attribute(23, _BYTE)


#: Every class of this module.
G3_CLASSES: tuple[type[InterfaceClass], ...] = (G3MacCounters, G3MacSetup, G3SixLowPanSetup)
