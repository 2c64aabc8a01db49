"""One port with many meters behind it: what comes is handed to the meter whose address it bears.

As on a shared line, a meter hears only what is for it, and what is for nobody is lost. A meter is attached
when its first frame comes, so a client that talks to two of a thousand costs two sessions.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from simpy import Environment

from protocols.dlms.framing import ApduReceived
from protocols.dlms.hdlc.splitter import FrameSplitter, GoodFrame
from protocols.dlms.wrapper import WrapperServer, encode_wpdu
from sim.kernel.ports import Attachment, Port, PortSession, Write


class Sorter(Protocol):
    """Cuts a stream into pieces that each bear one server address; keeps a bounded rest."""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Server address and octets of each piece that is complete."""


class WrapperSorter:
    """Sorts wrapper PDUs by their destination port."""

    __slots__ = ("_wrapper",)

    def __init__(self) -> None:
        self._wrapper = WrapperServer()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Destination and octets of each PDU."""
        for event in self._wrapper.receive_data(data, 0.0):
            if isinstance(event, ApduReceived):
                piece = encode_wpdu(event.apdu, source=event.client_sap, destination=event.server_sap)
                yield event.server_sap, piece


class HdlcSorter:
    """Sorts HDLC frames by the upper part of their destination; frames that are damaged are nobody's."""

    __slots__ = ("_splitter",)

    def __init__(self) -> None:
        self._splitter = FrameSplitter()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Upper destination address and octets of each good frame."""
        for found in self._splitter.feed(data):
            if isinstance(found, GoodFrame):
                yield found.frame.destination.upper, found.raw


SORTERS: dict[str, Callable[[], Sorter]] = {"wrapper": WrapperSorter, "hdlc": HdlcSorter}


class SharedSession:
    """One peer of a shared port.

    Args:
        write: takes octets to the peer.
        sorter: of its octets.
        ports: server address -> the port of the meter there.
    """

    __slots__ = ("_attached", "_ports", "_sorter", "_write")

    def __init__(self, write: Write, sorter: Sorter, ports: Mapping[int, Port]) -> None:
        self._write = write
        self._sorter = sorter
        self._ports = ports
        self._attached: dict[int, Attachment] = {}

    def receive(self, data: bytes) -> None:
        """Octets came from the peer."""
        for sap, piece in self._sorter.feed(data):
            port = self._ports.get(sap)
            if port is None:
                continue
            if sap not in self._attached:
                self._attached[sap] = port.attach(self._write)
            self._attached[sap].send(piece)

    def closed(self) -> None:
        """The peer went away."""
        for attachment in self._attached.values():
            attachment.detach()
        self._attached.clear()


def shared_port(env: Environment, framing: str, ports: Mapping[int, Port]) -> Port:
    """A port that leads to the meter at each server address of `ports`."""

    def opened(write: Write) -> PortSession:
        return SharedSession(write, SORTERS[framing](), ports)

    return Port(env, framing, opened)
