"""A logical device behind a TCP port of this process: one thread for each connection, no virtual clock."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from protocols.dlms.cosem import LogicalDevice
from protocols.dlms.framing import ApduReceived, Framing, LinkDisconnected
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.wrapper import WrapperServer

FRAMINGS: dict[str, Callable[[], Framing]] = {
    "wrapper": WrapperServer,
    "hdlc": lambda: HdlcServer(max_info=256, window=1),
}
POLL_S = 0.2


@dataclass
class ServedDevice:
    """What is served, and where.

    Args:
        device: the logical device.
        framing: what the port speaks.
        random_octets: for the challenges.
        greeting: bytes that every connection gets first, as a meter pushes them.
    """

    device: LogicalDevice
    framing: str
    random_octets: Callable[[int], bytes]
    greeting: bytes = b""
    host: str = "127.0.0.1"
    port: int = 0
    requests: list[bytes] = field(default_factory=list)

    def talk(self, link: socket.socket, stopped: threading.Event) -> None:
        """One connection until it ends."""
        framing = FRAMINGS[self.framing]()
        server = ServerConnection(self.device, random_octets=self.random_octets)
        link.settimeout(POLL_S)
        link.sendall(self.greeting)
        while not stopped.is_set():
            try:
                data = link.recv(4096)
            except TimeoutError:
                framing.handle_timeout(time.monotonic())
                continue
            except OSError:
                return
            if not data:
                return
            self._answer(framing, server, data)
            output = framing.data_to_send()
            if output:
                link.sendall(output)

    def _answer(self, framing: Framing, server: ServerConnection, data: bytes) -> None:
        now_s = time.monotonic()
        for event in framing.receive_data(data, now_s):
            if isinstance(event, LinkDisconnected):
                server.link_lost(event.client_sap)
            if not isinstance(event, ApduReceived):
                continue
            self.requests.append(event.apdu)
            answer = server.receive_apdu(event.apdu, event.client_sap, event.server_sap, now_s)
            for apdu in () if answer is None else (answer, *server.further_apdus()):
                framing.send_apdu(apdu, client_sap=event.client_sap, server_sap=event.server_sap, now_s=now_s)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def served_device(device: ServedDevice) -> Iterator[ServedDevice]:
    """Serve `device` on a free port until the block ends."""
    stopped = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            link: Any = self.request
            device.talk(link, stopped)

    with _Server((device.host, 0), Handler) as server:
        device.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield device
        finally:
            stopped.set()
            server.shutdown()
            thread.join()
