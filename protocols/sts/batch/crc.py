"""The CRC of tokens over arrays, by the same tables as the single path."""

import numpy as np

from protocols.sts.batch.arrays import Words16, Words64
from protocols.sts.crc import COVERED_BYTES, crc_of_zeros, place_tables

_PLACES: Words16 = np.array(place_tables(), np.uint16)
_ZEROS = crc_of_zeros()


def token_crcs(token_class: int, content48: Words64) -> Words64:
    """Return the CRC of each token of one class.

    Source: IEC 62055-41, 6.3.7
    """
    octets = content48.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)
    register = np.full(content48.size, _ZEROS ^ int(_PLACES[0, token_class]), np.uint16)
    for place in range(1, COVERED_BYTES):
        register ^= _PLACES[place].take(octets[:, COVERED_BYTES - 1 - place])
    return register.astype(np.uint64)
