"""The TCP ports of the synthetic conversations in ``frames.pcap``, which the reports also name."""

#: The port registered for DLMS/COSEM, so that a dissector knows what it sees. Source: IANA, dlms-cosem.
DEVICE_PORT = 4059

_FIRST_CLIENT_PORT = 49_152  # the dynamic ports of RFC 6335 begin here
_CLIENT_PORTS = 65_536 - _FIRST_CLIENT_PORT


def client_port(case_number: int) -> int:
    """The bench's port in the conversation of the case with this number (from 0, in the order of the run)."""
    return _FIRST_CLIENT_PORT + case_number % _CLIENT_PORTS
