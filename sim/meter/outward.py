"""How a notification leaves the meter: to whoever is attached to the port, and by dialling its destination.

The meter knows no network. Whoever builds its world gives it a `Dial`: a register of destinations in a
virtual one, sockets where it is served; without one it dials nowhere.
"""

from collections.abc import Callable

from protocols.dlms.cosem.push import TransportService
from protocols.dlms.xdlms.notification import DataNotification
from sim.meter.ports import MeterPorts
from sim.meter.push import PORTS, PushTerms, Told

#: Carries octets to a destination as the push setup has it, and tells once whether they went, now or later.
Dial = Callable[[TransportService, bytes, bytes, Told], None]

#: The transports whose destination is a place in a network.
_DIALLED = frozenset({TransportService.TCP, TransportService.UDP})


class Outward:
    """What one meter sends unasked.

    Args:
        links: its ports.

    Attributes:
        dial: the network; None where there is none.
    """

    __slots__ = ("_links", "dial")

    def __init__(self, links: MeterPorts) -> None:
        self._links = links
        self.dial: Dial | None = None

    def send(
        self, terms: PushTerms, notification: DataNotification, told: Told, *, at_once: bool = False
    ) -> None:
        """Send a notification by every way that there is; `told` hears whether one of them took it.

        Args:
            terms: where to, to whom, by which transport.
            notification: what.
            told: called once.
            at_once: without thinking, also by a meter whose power has just gone.
        """
        port = PORTS[terms.transport]
        heard = self._links.push(port, notification, terms.client_sap, at_once=at_once)
        dial = self.dial if terms.destination and terms.transport in _DIALLED else None
        octets = b"" if dial is None else self._links.encoded(port, notification, terms.client_sap)
        if dial is None or not octets:
            told(heard)
        else:
            dial(terms.transport, terms.destination, octets, lambda went: told(went or heard))
