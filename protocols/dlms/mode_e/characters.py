"""Characters of the opening: speeds by their letter, even parity made in software, the block check.

On the wire 7 data bits with even parity (7E1) are the same ten bits as 8 data bits without (8N1) whose
highest is the parity. Making it here spares a change of the port's format between opening and HDLC.

>>> with_parity(b"/?!").hex()
'af3f21'
>>> without_parity(with_parity(b"/?!"))
(b'/?!', True)
"""

from functools import reduce
from operator import xor

#: every opening begins at this speed
OPENING_BAUD = 300
#: baud rate identification in protocol modes C and E; 7 to 9 are reserved
BAUD_OF_LETTER = {"0": 300, "1": 600, "2": 1200, "3": 2400, "4": 4800, "5": 9600, "6": 19_200}
LETTER_OF_BAUD = {baud: letter for letter, baud in BAUD_OF_LETTER.items()}

STX, ETX, ACK = b"\x02", b"\x03", b"\x06"
LINE_END = b"\r\n"

_SEVEN_BITS = 0x7F
_EVEN = bytes(octet | (octet.bit_count() & 1) << 7 if octet <= _SEVEN_BITS else octet for octet in range(256))
_STRIPPED = bytes(octet & _SEVEN_BITS for octet in range(256))


def with_parity(text: bytes) -> bytes:
    """`text` (7 bits an octet) with even parity in the highest bit."""
    return text.translate(_EVEN)


def without_parity(octets: bytes) -> tuple[bytes, bool]:
    """The 7-bit text of `octets`, and whether every parity bit was right."""
    text = octets.translate(_STRIPPED)
    return text, text.translate(_EVEN) == octets


def block_check(text: bytes) -> int:
    """Exclusive or of all octets behind STX up to and with ETX.

    Source: IEC 62056-21, 6.2 (block check character, ISO 1155).
    """
    return reduce(xor, text, 0)
