"""Who could hear a node's cry for a switch: a short list, renewed now and then.

Asking all the others at each cry of a node that nobody hears would cost more than everything else together;
whether one of the list really hears a cry is decided when it comes, like for every frame.
"""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.plc_channel.prime.modem import Modem
    from sim.plc_channel.prime.network import Network

#: how long a list holds, and by how much it is too long
_RENEWED_S, _MARGIN_DB = 1800.0, 6.0


class Neighbours:
    """The modems that may hear each modem well enough to serve it.

    Args:
        network: the world around.
    """

    __slots__ = ("_known", "_lists", "_network", "_until_s")

    def __init__(self, network: "Network") -> None:
        self._network = network
        self._lists: dict[int, tuple[Modem, ...]] = {}
        self._until_s = -math.inf
        self._known = 0

    def of(self, modem: "Modem") -> "tuple[Modem, ...]":
        """Those that heard `modem` with nearly `join_snr_db` or more, whatever they are at present."""
        network, now_s = self._network, self._network.now_s
        if now_s >= self._until_s or self._known != len(network.modems):
            self._lists.clear()
            self._until_s = now_s + _RENEWED_S
            self._known = len(network.modems)
        found = self._lists.get(modem.index)
        if found is None:
            least_db = network.terms.join_snr_db - _MARGIN_DB
            found = self._lists[modem.index] = tuple(
                other
                for other in network.modems
                if other is not modem and network.links.snr_db(modem.place, other.place, now_s) >= least_db
            )
        return found
