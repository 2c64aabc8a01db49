"""Random streams of one site: a second site never changes the numbers of the first."""

from typing import TYPE_CHECKING

from sim.kernel.random import OctetStream, RandomStreams

if TYPE_CHECKING:
    from numpy.random import Generator


class SiteStreams(RandomStreams):
    """The streams of a world's seed, under names of their own for each site.

    Args:
        seed: the world's seed.
        site: number of the site, from 1.
    """

    __slots__ = ("_prefix",)

    def __init__(self, seed: int, site: int) -> None:
        super().__init__(seed)
        self._prefix = f"site-{site}/"

    def stream(self, device_id: str) -> "Generator":
        """A fresh generator for `device_id` of this site."""
        return super().stream(self._prefix + device_id)

    def octets(self, device_id: str) -> OctetStream:
        """A fresh stream of octets for `device_id` of this site."""
        return super().octets(self._prefix + device_id)
