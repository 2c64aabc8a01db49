"""Classes 23 and 41: how the two ports are set up, read from the profile that the ports are built from."""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.objects import constant
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

BAUD_9600 = 5


def _constants(values: dict[int, Data]) -> Bound:
    return Bound({index: constant(data) for index, data in values.items()})


def bind_hdlc_setup(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Class 23, the HDLC port."""
    ports = live.profile.ports
    return _constants(
        {
            2: axdr.enum(BAUD_9600),
            3: axdr.unsigned(ports.hdlc_window),
            4: axdr.unsigned(ports.hdlc_window),
            5: axdr.long_unsigned(ports.hdlc_max_info),
            6: axdr.long_unsigned(ports.hdlc_max_info),
            7: axdr.long_unsigned(ports.hdlc_inter_octet_time_out_ms),
            8: axdr.long_unsigned(ports.hdlc_inactivity_time_out_s),
            9: axdr.long_unsigned(ports.physical_address),
        }
    )


def bind_tcp_setup(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Class 41, the wrapper port. There is no IP stack behind it: the reference is empty."""
    ports = live.profile.ports
    return _constants(
        {
            2: axdr.long_unsigned(ports.tcp_port),
            3: axdr.octet_string(b""),
            4: axdr.long_unsigned(ports.max_pdu),
            5: axdr.unsigned(1),
            6: axdr.long_unsigned(0),
        }
    )
