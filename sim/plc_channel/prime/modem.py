"""What base node and service node share: a place on the wire, a queue, preparation of frames, chance."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from protocols.plc.errors import PduError
from protocols.plc.prime.gpdu import Gpdu, Packet
from sim.plc_channel.prime.contention import Contention, Outgoing
from sim.plc_channel.prime.exchanges import Exchanges

if TYPE_CHECKING:
    from numpy.random import Generator

    from sim.plc_channel.prime.air import Transmission
    from sim.plc_channel.prime.network import Address, Network

_DRAWS = 64


class Modem:
    """One transmitter and receiver.

    Args:
        network: the world around.
        eui48: its address.
        place: its point on the feeder, or `channel.model.BASE_PLACE`.
        label: names its random stream.
    """

    def __init__(self, network: "Network", eui48: bytes, place: int, label: str) -> None:
        self.network = network
        self.eui48 = eui48
        self.eui = int.from_bytes(eui48, "big")
        self.place = place
        self.label = label
        self.index = network.enlist(self)
        self.powered = False
        self.contention = Contention(network, self)
        self.exchanges = Exchanges(network)
        self._ready_s = 0.0
        self._random: Generator | None = None
        self._drawn: list[float] = []

    def draw(self) -> float:
        """A number from 0 to below 1, of this modem's own stream."""
        if not self._drawn:
            if self._random is None:
                self._random = self.network.streams.stream(self.label)
            self._drawn = self._random.random(_DRAWS).tolist()
            self._drawn.reverse()
        return self._drawn.pop()

    def transmit(
        self,
        pdu: Gpdu,
        to: "Address",
        *,
        takes_s: float | None = None,
        contention_free: bool = False,
        on_end: Callable[[bool], None] | None = None,
    ) -> None:
        """Prepare a frame, which takes the modem `takes_s` (one frame at a time), and queue it."""
        octets = pdu.to_bytes(self.network.sna)
        self.transmit_octets(
            octets,
            to,
            pdu.packets[0].priority,
            takes_s=takes_s,
            contention_free=contention_free,
            on_end=on_end,
        )

    def transmit_octets(
        self,
        octets: bytes,
        to: "Address",
        priority: int,
        *,
        takes_s: float | None = None,
        synchronised: bool = True,
        contention_free: bool = False,
        on_end: Callable[[bool], None] | None = None,
    ) -> None:
        """The same for a frame whose octets are there."""
        if takes_s is None:
            takes_s = self.network.terms.turnaround_s
        self._ready_s = max(self.network.now_s, self._ready_s) + takes_s
        self.contention.put(
            Outgoing(octets, to, priority, self._ready_s, synchronised, contention_free, on_end)
        )

    def hear(self, transmission: "Transmission") -> None:
        """A frame arrived that is for this modem; one that does not decode falls on the floor."""
        try:
            pdu = Gpdu.from_bytes(self.network.sna, transmission.octets)
        except PduError:
            self.network.air.counts["undecodable"] += 1
            return
        for packet in pdu.packets:
            self.take(packet, pdu, transmission)

    def take(self, packet: Packet, pdu: Gpdu, transmission: "Transmission") -> None:
        """A packet came; what that means is the role's."""
        raise NotImplementedError

    def ack_timeout_s(self, level: int) -> float:
        """How long to wait for an acknowledgement over so many switches; spread, so that no two clash on."""
        terms = self.network.terms
        return (terms.ack_timeout_s + terms.ack_timeout_level_s * level) * (1.0 + self.draw() / 2)

    def silence(self) -> None:
        """Forget all that was to be sent or awaited."""
        self.contention.clear()
        self.exchanges.clear()
        self._ready_s = 0.0
