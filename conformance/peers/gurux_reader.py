"""A reading by gurux-dlms (GPL-2.0), in a process of its own.

Arguments: host, port, framing, client SAP, password or ``-``, then CLASS:OBIS:ATTRIBUTE …
Prints ``{"associated": true, "values": {...}, "released": true}`` or ``{"error": "…"}``.
"""

import json
import socket
import sys
from typing import Any

import gurux_dlms as gurux
from gurux_dlms import enums

TIMEOUT_S = 5.0
NO_PASSWORD = "-"  # noqa: S105 - the argument that stands for none
HDLC_LOGICAL, HDLC_PHYSICAL = 1, 17


class Reader:
    """Drives the peer's client over one TCP socket."""

    def __init__(self, host: str, port: int, framing: str, client_sap: int, password: str | None) -> None:
        wrapper = framing == "wrapper"
        server = 1 if wrapper else gurux.GXDLMSClient.getServerAddress(HDLC_LOGICAL, HDLC_PHYSICAL)
        authentication = enums.Authentication.LOW if password else enums.Authentication.NONE
        interface = enums.InterfaceType.WRAPPER if wrapper else enums.InterfaceType.HDLC
        self.client = gurux.GXDLMSClient(True, client_sap, server, authentication, password, interface)
        self.socket = socket.create_connection((host, port), TIMEOUT_S)

    def exchange(self, frames: Any) -> Any:
        """Send what the peer asks for, feed it what comes back until its answer is whole."""
        reply = gurux.GXReplyData()
        for frame in frames if isinstance(frames, list) else [frames]:
            reply.clear()
            self._one(frame, reply)
        return reply

    def _one(self, frame: Any, reply: Any) -> None:
        received = gurux.GXByteBuffer()
        if frame is not None:
            self.socket.sendall(bytes(frame))
        while True:
            if self.client.getData(received, reply, None):
                if not reply.isMoreData():
                    return
                self.socket.sendall(bytes(self.client.receiverReady(reply)))
            chunk = self.socket.recv(4096)
            if not chunk:
                raise ConnectionError("the meter closed the connection")
            received.set(chunk)

    def associate(self) -> None:
        """SNRM and UA where there is HDLC, then AARQ and AARE."""
        request = self.client.snrmRequest()
        if request:
            self.client.parseUAResponse(self.exchange(request).data)
        self.client.parseAareResponse(self.exchange(self.client.aarqRequest()).data)

    def read(self, class_id: int, obis: str, attribute: int) -> Any:
        """One attribute as the peer decodes it."""
        target = self.client.createObject(class_id)
        target.logicalName = obis
        reply = self.exchange(self.client.read(target, attribute)[0])
        return self.client.updateValue(target, attribute, reply.value)

    def release(self) -> None:
        """RLRQ, and DISC where there is HDLC."""
        for make in (self.client.releaseRequest, self.client.disconnectRequest):
            request = make()  # only now: making a DISC resets the peer's sequence numbers
            if request:
                self.exchange(request)
        self.socket.close()


def main(arguments: list[str]) -> None:
    """Read what was asked and print it."""
    host, port, framing, client_sap, password, *wanted = arguments
    reader = Reader(host, int(port), framing, int(client_sap), None if password == NO_PASSWORD else password)
    reader.associate()
    values = {}
    for triple in wanted:
        class_id, obis, attribute = triple.split(":")
        value = reader.read(int(class_id), obis, int(attribute))
        values[triple] = value.hex() if isinstance(value, (bytes, bytearray)) else str(value)
    reader.release()
    print(json.dumps({"associated": True, "values": values, "released": True}))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Exception as error:  # the parent process wants one sentence, whatever the peer raises
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
        sys.exit(1)
