"""Classes 19, 23, 41 to 45, 47 and 100: ports and networks.

HDLC and TCP setup are read from the profile that the ports are built from. The meter has no modem and no IP
stack of its own: its bytes come over the ports of the world. The other objects say what a meter of the
model would have, as the row of the object list says; the capture time of the diagnostic is that of the
reading.

Source: IEC 62056-6-2, interface classes 19, 23, 41 to 45, 47, 100
"""

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.objects import constant
from protocols.dlms.obis import Obis
from sim.meter.cosem.binding import Bound, getter, time_octets
from sim.meter.cosem.requests import LiveParts
from sim.meter.profile import ObjectTerms

# ------------------------------------------------------------ networks

BAUD_9600 = 5
_HDLC_MODE = 1
_DEFAULT_QUALITY = (0, 0, 0, 0, 0)


def _constants(values: dict[int, Data]) -> Bound:
    return Bound({index: constant(data) for index, data in values.items()})


def _address(text: str) -> Data:
    return axdr.double_long_unsigned(int(IPv4Address(text)))


def _name(text: str) -> Data:
    return axdr.octet_string(Obis.from_string(text).to_bytes())


def bind_local_port(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Class 19, the optical port. Passwords of mode C are not given away: the meter has none."""
    nothing = axdr.octet_string(b"")
    return _constants(
        {
            2: axdr.enum(_HDLC_MODE),
            3: axdr.enum(BAUD_9600),
            4: axdr.enum(BAUD_9600),
            5: axdr.enum(1),
            6: axdr.octet_string(live.profile.serial.encode("ascii")),
            7: nothing,
            8: nothing,
            9: nothing,
        }
    )


def bind_ipv4(_live: LiveParts, row: ObjectTerms) -> Bound:
    """Class 42: `address`, `mask`, `gateway`, `dhcp` of the row."""
    options: Any = row.options
    return _constants(
        {
            2: _name("0.0.25.2.0"),
            3: _address(options["address"]),
            4: axdr.array(),
            5: axdr.array(),
            6: _address(options["mask"]),
            7: _address(options["gateway"]),
            8: axdr.boolean(bool(options.get("dhcp", False))),
            9: _address(options.get("dns", "0.0.0.0")),  # noqa: S104 - "none", not an interface to bind
            10: _address("0.0.0.0"),  # noqa: S104
        }
    )


def bind_mac(_live: LiveParts, row: ObjectTerms) -> Bound:
    """Class 43: `address` of the row, twelve hexadecimal digits."""
    return _constants({2: axdr.octet_string(bytes.fromhex(row.options["address"]))})


def bind_ppp(_live: LiveParts, _row: ObjectTerms) -> Bound:
    """Class 44: no options, no authentication."""
    return _constants({2: _name("0.0.25.4.0"), 3: axdr.array(), 4: axdr.array(), 5: axdr.null()})


def bind_gprs(_live: LiveParts, row: ObjectTerms) -> Bound:
    """Class 45: `apn` of the row; the PIN is not given away."""
    quality = axdr.structure(*(axdr.unsigned(value) for value in _DEFAULT_QUALITY))
    return _constants(
        {
            2: axdr.octet_string(row.options["apn"].encode("ascii")),
            3: axdr.long_unsigned(0),
            4: axdr.structure(quality, quality),
        }
    )


def bind_gsm_diagnostic(live: LiveParts, row: ObjectTerms) -> Bound:
    """Class 47: `operator` and `signal` (0 to 31, 99 unknown) of the row; no neighbours."""
    zone = live.profile.deviation_minutes
    cell = axdr.structure(
        axdr.double_long_unsigned(0),
        axdr.long_unsigned(0),
        axdr.unsigned(int(row.options["signal"])),
        axdr.unsigned(0),
        axdr.long_unsigned(732),
        axdr.long_unsigned(101),
        axdr.double_long_unsigned(0),
    )
    fixed: dict[int, Data] = {
        2: axdr.visible_string(row.options["operator"]),
        3: axdr.enum(1),
        4: axdr.enum(0),
        5: axdr.enum(1),
        6: cell,
        7: axdr.array(),
    }
    now = getter(lambda: axdr.octet_string(time_octets(live.parts.clock.epoch_us, zone)))
    return Bound({index: constant(data) for index, data in fixed.items()} | {8: now})


def bind_ntp(_live: LiveParts, row: ObjectTerms) -> Bound:
    """Class 100: `server` and `port` of the row; not activated, as there is nothing to ask."""
    return _constants(
        {
            2: axdr.boolean(False),
            3: axdr.octet_string(row.options["server"].encode("ascii")),
            4: axdr.long_unsigned(int(row.options.get("port", 123))),
            5: axdr.enum(0),
            6: axdr.array(),
            7: axdr.octet_string(b""),
        }
    )


#: Binding name -> binder.
NETWORK_BINDERS: dict[str, Callable[[LiveParts, ObjectTerms], Bound]] = {
    "local-port": bind_local_port,
    "ipv4": bind_ipv4,
    "mac-address": bind_mac,
    "ppp": bind_ppp,
    "gprs": bind_gprs,
    "gsm-diagnostic": bind_gsm_diagnostic,
    "ntp": bind_ntp,
}


# ------------------------------------------------------------ HDLC and TCP setup


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
