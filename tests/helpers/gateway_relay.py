"""A relay on loopback: puts the gateway header around a client's own APDUs and takes it off the answers."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from protocols.dlms.gateway import GatewayMessage, decode_gateway, is_gateway
from protocols.dlms.wrapper import encode_wpdu

_HEADER = 8
_OWN_SAP = 1
Turned = Callable[[int, int, bytes], bytes]


@contextmanager
def gateway_relay(host: str, port: int, address: bytes) -> Iterator[int]:
    """A port whose every connection reaches the device at `address` behind the gateway at `host`, `port`."""

    def down(client: int, _server: int, apdu: bytes) -> bytes:
        request = GatewayMessage(False, 0, address, apdu).to_bytes()
        return encode_wpdu(request, source=client, destination=_OWN_SAP)

    def up(server: int, client: int, apdu: bytes) -> bytes:
        answer = decode_gateway(apdu).apdu if is_gateway(apdu) else apdu
        return encode_wpdu(answer, source=server, destination=client)

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    near, _ = listener.accept()
                    far = socket.create_connection((host, port))
                    for source, sink, turned in ((near, far, down), (far, near, up)):
                        threading.Thread(target=_pump, args=(source, sink, turned), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _pump(source: socket.socket, sink: socket.socket, turned: Turned) -> None:
    """Turn each wrapper PDU from `source` and hand it on, until either side closes."""
    with suppress(OSError), source, sink:
        while True:
            header = _exactly(source, _HEADER)
            apdu = _exactly(source, int.from_bytes(header[6:8], "big"))
            sender, receiver = (int.from_bytes(header[at : at + 2], "big") for at in (2, 4))
            sink.sendall(turned(sender, receiver, apdu))


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        chunk = source.recv(count - len(data))
        if not chunk:
            raise OSError("closed")
        data += chunk
    return data
