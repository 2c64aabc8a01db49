"""How long a frame lasts on the wire.

>>> airtime_ms("DBPSK_C", 18)
11.008
>>> airtime_ms("R_DBPSK", 18, preamble_name="BC")
59.52
"""

import math

from sim.plc_channel.errors import FrameTooLongError
from sim.plc_channel.phy.schemes import constants, preamble, scheme


def payload_symbols(scheme_name: str, octets: int, preamble_name: str | None = None) -> int:
    """Payload symbols that an MPDU needs, each counted once.

    Args:
        scheme_name: the modulation.
        octets: the whole MPDU with its CRC, 1 or more.
        preamble_name: None for the usual one of the modulation.

    Raises:
        FrameTooLongError: more than the 63 that the header can count.
        UnknownSchemeError: no such modulation or preamble.

    Source: plc.md 1.1.
    """
    modulation, fixed = scheme(scheme_name), constants()
    start = preamble(preamble_name or modulation.preamble)
    flush = fixed.flush_octets_coded if modulation.coded else 0
    symbols = math.ceil(max(0, octets - start.octets_in_header + flush) / modulation.octets)
    if symbols > fixed.max_payload_symbols:
        raise FrameTooLongError(
            f"{octets} octets in {scheme_name} need {symbols} symbols, "
            f"a frame has at most {fixed.max_payload_symbols}"
        )
    return symbols


def airtime_ms(scheme_name: str, octets: int, preamble_name: str | None = None) -> float:
    """Preamble, header and payload, ms, to the microsecond.

    Raises:
        FrameTooLongError: the MPDU does not fit a frame.
        UnknownSchemeError: no such modulation or preamble.
    """
    modulation = scheme(scheme_name)
    start = preamble(preamble_name or modulation.preamble)
    symbols = payload_symbols(scheme_name, octets, preamble_name) * modulation.repetition
    return round(start.preamble_ms + start.header_ms + symbols * constants().symbol_ms, 3)


def max_octets(scheme_name: str, preamble_name: str | None = None) -> int:
    """The longest MPDU of a modulation."""
    modulation, fixed = scheme(scheme_name), constants()
    start = preamble(preamble_name or modulation.preamble)
    flush = fixed.flush_octets_coded if modulation.coded else 0
    return fixed.max_payload_symbols * modulation.octets + start.octets_in_header - flush
