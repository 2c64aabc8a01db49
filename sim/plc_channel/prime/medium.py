"""PRIME network on one wire; fits `sim.kernel.medium.Medium`."""

from collections import Counter
from collections.abc import Callable

from simpy import Environment

from sim.kernel.medium import OnLpdu, OnWireEvent, checked_eui48
from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.interface import Channel
from sim.plc_channel.channel.noisy import NoisyChannel, ReceiverTerms
from sim.plc_channel.prime.base_node import BaseNode
from sim.plc_channel.prime.beacons import BeaconWatch
from sim.plc_channel.prime.interfaces import Phy
from sim.plc_channel.prime.network import Network
from sim.plc_channel.prime.service_node import ServiceNode
from sim.plc_channel.prime.settings import PrimeSettings

#: a locally administered address for base nodes that are given none
BASE_EUI48 = bytes.fromhex("020000fffffe")


class PrimeMedium:
    """PRIME modems of one base node and its nodes on one wire.

    Args:
        env: the world's event loop.
        streams: the world's random streams.
        channel: how well places hear each other.
        terms: all parameters.
        phy: the modem; None for the channel's, else the usual one, in the terms' modulation.
        name: distinguishes the streams of several wires of a world.
        base_eui48: the base node's address, which is the subnetwork's.
        watch: makes the watch over beacons.
    """

    def __init__(
        self,
        env: Environment,
        streams: RandomStreams,
        channel: Channel,
        terms: PrimeSettings | None = None,
        *,
        phy: Phy | None = None,
        name: str = "prime",
        base_eui48: bytes = BASE_EUI48,
        watch: Callable[[Network], BeaconWatch] = BeaconWatch,
    ) -> None:
        terms = terms or PrimeSettings()
        receiver = channel.receiver if isinstance(channel, NoisyChannel) else ReceiverTerms()
        self.network = Network(env, streams, channel, phy or receiver.phy(terms.scheme), terms, name)
        self.watch = watch(self.network)
        self._base_eui48 = checked_eui48(base_eui48)
        self._base: BaseNode | None = None
        self._twins: Counter[bytes] = Counter()

    def base(self, on_event: OnWireEvent) -> BaseNode:
        """The one base node, switched on.

        Raises:
            ValueError: there is one already.
        """
        if self._base is not None:
            raise ValueError("this wire has its base node already")
        self._base = BaseNode(
            self.network, self.watch, self._base_eui48, on_event, f"{self.network.name}/base"
        )
        self._base.power(True)
        return self._base

    def node(self, eui48: bytes, on_lpdu: OnLpdu, *, place: int = 0) -> ServiceNode:
        """A new modem, switched on, at a point of the feeder.

        Raises:
            ValueError: the address has not six octets.
        """
        address = checked_eui48(eui48)
        label = f"{self.network.name}/{address.hex()}/{self._twins[address]}"
        self._twins[address] += 1
        node = ServiceNode(self.network, self.watch, address, on_lpdu, place, label)
        node.power(True)
        return node
