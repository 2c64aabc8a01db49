"""Interfaces between the layers of the MAC; the wire's is `sim.plc_channel.channel.interface.Channel`."""

from dataclasses import dataclass
from typing import Protocol

#: Destination of a frame:
#: ("switch", SID), ("node", SID, LNID), ("eui", EUI-48), ("under", SID) or ("near", index).
Address = tuple[str | int | bytes, ...]
#: the connection that every node opens, and the one for all
LCID, BROADCAST_LCID = 1, 511


class Phy(Protocol):
    """The modem's transmitter and receiver, in the modulation of the network."""

    def airtime_s(self, octets: int) -> float:
        """Airtime of a frame of so many octets, s.

        Raises:
            ValueError: it does not fit one frame.
        """

    def error_rate(self, octets: int, snr_db: float) -> float:
        """The share of frames of so many octets that do not arrive, 0 to 1."""


class Station(Protocol):
    """Modem as the shared medium and the beacons see it.

    Attributes:
        index: its number in the subnetwork.
        place: its point on the feeder, or `channel.interface.BASE_PLACE`.
        label: name of its random stream.
        powered: whether it has its supply.
    """

    index: int
    place: int
    label: str
    powered: bool

    def draw(self) -> float:
        """A number from 0 to below 1, of this modem's own stream."""

    def hear(self, transmission: "Transmission") -> None:
        """A frame arrived that is for this modem."""


@dataclass(slots=True, eq=False)
class Transmission:
    """A frame on the wire.

    Args:
        sender: the modem that sends it.
        to: address that it is for.
        octets: all of it.
        begin_s: when its preamble began.
        end_s: when it is over.
    """

    sender: Station
    to: Address
    octets: bytes
    begin_s: float
    end_s: float
