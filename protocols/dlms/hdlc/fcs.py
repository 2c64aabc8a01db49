"""The frame check sequence: CRC-16/X-25, by `binascii.crc_hqx` (a C loop) over bit-reversed octets.

>>> hex(fcs16(b"123456789"))
'0x906e'

Source: ISO/IEC 13239, 4.2.5.2; IEC 62056-46, 6.4.4.
"""

import binascii

#: octets of a check sequence on the wire
FCS_SIZE = 2
_REVERSED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


def fcs_octets(data: bytes) -> bytes:
    """The two octets that follow `data` on the wire, low octet first."""
    # X-25 is the CCITT polynomial on reflected bits, crc_hqx runs it unreflected: mirror octets in and out
    crc = binascii.crc_hqx(data.translate(_REVERSED), 0xFFFF) ^ 0xFFFF
    return crc.to_bytes(FCS_SIZE, "big").translate(_REVERSED)


def fcs16(data: bytes) -> int:
    """The check sequence of `data` as a number."""
    return int.from_bytes(fcs_octets(data), "little")


#: what the (unreflected) register holds behind data and their good check sequence
_RESIDUE = 0x1D0F


def is_good_fcs(data: bytes) -> bool:
    """Whether `data` end with the check sequence of what stands before it.

    >>> is_good_fcs(b"123456789" + fcs_octets(b"123456789"))
    True
    """
    return binascii.crc_hqx(data.translate(_REVERSED), 0xFFFF) == _RESIDUE
