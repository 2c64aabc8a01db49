"""Random streams: one generator per device, so that a new device never changes another's numbers.

Numbers come from Philox, by numpy; octets (challenges, keys) from SHA-256 over a counter, without it.
"""

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.random import Generator


class OctetStream:
    """Octets of one device, as many as are wanted.

    Args:
        key: what they follow from; keys of one world have one length.
    """

    __slots__ = ("_count", "_key", "_left")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._count = 0
        self._left = b""

    def take(self, count: int) -> bytes:
        """The next `count` octets; how they are asked for does not change them."""
        parts, size = [self._left], len(self._left)
        while size < count:
            parts.append(hashlib.sha256(self._key + self._count.to_bytes(8, "big")).digest())
            self._count += 1
            size += len(parts[-1])
        octets = b"".join(parts)
        self._left = octets[count:]
        return octets[:count]


class RandomStreams:
    """The streams of a world.

    Args:
        seed: the world's seed, any non-negative integer below 2**64.
    """

    __slots__ = ("seed",)

    def __init__(self, seed: int) -> None:
        if not 0 <= seed < 2**64:
            raise ValueError("the seed must be from 0 to 2**64 - 1")
        self.seed = seed

    def stream(self, device_id: str) -> "Generator":
        """A fresh generator for `device_id`; the same name gives the same numbers again.

        >>> RandomStreams(1).stream("m1").integers(1000) == RandomStreams(1).stream("m1").integers(1000)
        np.True_
        """
        digest = hashlib.sha256(device_id.encode()).digest()
        # Philox takes a 128-bit key: the seed above, the device below.
        key = self.seed << 64 | int.from_bytes(digest[:8], "big")
        import numpy.random as numbers  # here: 22 MB and 0.1 s that a world without chance never spends

        return numbers.Generator(numbers.Philox(key=key))

    def octets(self, device_id: str) -> OctetStream:
        """A fresh stream of octets for `device_id`; the same name gives the same octets again.

        >>> RandomStreams(1).octets("m1").take(4).hex()
        '3636854a'
        """
        return OctetStream(self.seed.to_bytes(8, "big") + hashlib.sha256(device_id.encode()).digest())
