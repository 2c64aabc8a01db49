"""Promotion from a node's side: crying for a switch, and offering oneself to a neighbour that cries."""

from typing import TYPE_CHECKING

from protocols.plc.errors import PduError
from protocols.plc.prime.control import Promotion, PromotionRequest
from protocols.plc.prime.headers import CONTROL_PRIORITY, NO_SID
from protocols.plc.prime.promotion import ANY_SNA, PromotionNeeded
from sim.plc_channel.prime.states import State

if TYPE_CHECKING:
    from sim.plc_channel.prime.air import Transmission
    from sim.plc_channel.prime.service import ServiceNode

_QUALITY_DB = 3.0
_MAX_QUALITY = 7


class Crying:
    """Both halves of it.

    Args:
        node: whose.
    """

    __slots__ = ("_life", "_node", "_offered")

    def __init__(self, node: "ServiceNode") -> None:
        self._node = node
        self._life = 0
        #: EUI-48 -> until when this node does not offer itself again
        self._offered: dict[int, float] = {}

    def begin(self) -> None:
        """The node searches: cry when `search_time_s` has passed."""
        terms = self._node.network.terms
        self._life += 1
        self._later(terms.search_time_s * (1.0 + self._node.draw() / 8), float(terms.promotion_period_s_min))

    def end(self) -> None:
        """The node found something, or is off."""
        self._life += 1

    def _later(self, delay_s: float, period_s: float) -> None:
        life = self._life
        self._node.network.later(delay_s, lambda: self._cry(period_s) if life == self._life else None)

    def _cry(self, period_s: float) -> None:
        node = self._node
        network = node.network
        if network.neighbours.of(node):  # nobody could hear it: a cry would change nothing
            octets = PromotionNeeded(ANY_SNA, node.eui).to_bytes()
            node.transmit_octets(
                octets, ("near", node.index), CONTROL_PRIORITY, takes_s=0.0, synchronised=False
            )
        longest_s = float(network.terms.promotion_period_s_max)
        self._later(period_s * (1.0 + node.draw() / 4), min(2 * period_s, longest_s))

    def hear(self, transmission: "Transmission") -> None:
        """A neighbour cries: offer oneself to the base node, once in a while."""
        node = self._node
        network = node.network
        try:
            cry = PromotionNeeded.from_bytes(transmission.octets)
        except PduError:
            return
        snr_db = network.links.snr_db(transmission.sender.place, node.place, network.now_s)
        if node.state is not State.TERMINAL or snr_db < network.terms.join_snr_db:
            return
        if self._offered.get(cry.pna, 0.0) > network.now_s:
            return
        if len(self._offered) > network.terms.max_offers:
            self._offered.clear()
        self._offered[cry.pna] = network.now_s + network.terms.promotion_hold_s
        quality = max(0, min(_MAX_QUALITY, int(snr_db / _QUALITY_DB)))
        node.send_control(
            Promotion(0, quality, network.terms.alive_time, NO_SID, PromotionRequest(cry.pna, node.level))
        )
