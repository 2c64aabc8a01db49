"""gurux-dlms (GPL-2.0) as a client, in a process of its own: see `job`."""

import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import gurux_dlms as gurux
from gurux_dlms import enums
from gurux_dlms.ecdsa import GXPrivateKey, GXPublicKey
from gurux_dlms.objects.enums import SecuritySuite
from gurux_dlms.secure import GXDLMSSecureClient

from tools.peers.job import Job, main

TIMEOUT_S = 5.0
MECHANISMS = {
    "none": enums.Authentication.NONE,
    "lls": enums.Authentication.LOW,
    "hls-md5": enums.Authentication.HIGH_MD5,
    "hls-sha1": enums.Authentication.HIGH_SHA1,
    "hls-gmac": enums.Authentication.HIGH_GMAC,
    "hls-sha256": enums.Authentication.HIGH_SHA256,
    "hls-ecdsa": enums.Authentication.HIGH_ECDSA,
}
PROTECTIONS = {
    "authenticated": enums.Security.AUTHENTICATION,
    "encrypted": enums.Security.ENCRYPTION,
    "authenticated-encrypted": enums.Security.AUTHENTICATION_ENCRYPTION,
}
CLOCK = 8
TYPES = {"octet-string": enums.DataType.OCTET_STRING, "integer": enums.DataType.INT8}


def bit(name: str) -> Any:
    """A conformance bit by its name in the standard, in lower case with hyphens."""
    return enums.Conformance[name.upper().replace("-", "_")]


class GuruxClient:
    """Drives the peer's client over one TCP socket."""

    def __init__(self, job: Job) -> None:
        wrapper = job["framing"] == "wrapper"
        logical, physical = job.get("server_sap", 1), job.get("physical", 17)
        server = logical if wrapper else gurux.GXDLMSClient.getServerAddress(logical, physical)
        interface = enums.InterfaceType.WRAPPER if wrapper else enums.InterfaceType.HDLC
        secret = bytes.fromhex(job.get("secret") or "")
        self.client = GXDLMSSecureClient(
            True, job["client_sap"], server, MECHANISMS[job["mechanism"]], secret or None, interface
        )
        self.job = job
        self.socket = socket.create_connection((job["host"], job["port"]), TIMEOUT_S)
        self._prepare(job)

    def _prepare(self, job: Job) -> None:
        if job.get("max_pdu"):
            self.client.maxReceivePDUSize = job["max_pdu"]
        if job.get("gbt_window"):
            self.client.gbtWindowSize = job["gbt_window"]
        if job.get("ciphering") is not None:
            self._cipher(job["ciphering"])
        if job.get("signing"):
            own, peer = (bytes.fromhex(job["signing"][side]) for side in ("own", "peer"))
            self.client.ciphering.signingKeyPair = (
                GXPublicKey.fromRawBytes(peer),
                GXPrivateKey.fromRawBytes(own),
            )
        proposed = self.client.proposedConformance
        for name in job.get("propose", ()):
            proposed |= bit(name)
        for name in job.get("forgo", ()):
            proposed &= ~bit(name)
        self.client.proposedConformance = proposed

    def _cipher(self, ciphering: Mapping[str, Any]) -> None:
        own = self.client.ciphering
        own.securitySuite = SecuritySuite(ciphering["suite"])
        own.systemTitle = bytes.fromhex(ciphering["client_title"])
        own.blockCipherKey = bytes.fromhex(ciphering["guek"])
        own.authenticationKey = bytes.fromhex(ciphering["gak"])
        own.invocationCounter = ciphering["counter"]
        if ciphering["protection"] != "none":
            own.security = PROTECTIONS[ciphering["protection"]]
        if ciphering.get("dedicated_key"):
            own.dedicatedKey = bytes.fromhex(ciphering["dedicated_key"])

    def open(self) -> None:
        """SNRM and UA where there is HDLC, AARQ and AARE, and the proofs of high level security."""
        if self.job.get("listen"):
            return
        request = self.client.snrmRequest()
        if request:
            self.client.parseUAResponse(self._exchange(request).data)
        self.client.parseAareResponse(self._exchange(self.client.aarqRequest()).data)
        if self.client.isAuthenticationRequired:
            reply = self._exchange(self.client.getApplicationAssociationRequest())
            self.client.parseApplicationAssociationResponse(reply.data)

    def do(self, step: Mapping[str, Any]) -> Any:
        """One step of the job."""
        return STEPS[step["do"]](self, step)

    def close(self) -> None:
        """RLRQ, and DISC where there is HDLC."""
        if self.job.get("listen"):
            return
        for make in (self.client.releaseRequest, self.client.disconnectRequest):
            request = make()  # only now: making a DISC resets the peer's sequence numbers
            if request:
                self._exchange(request)

    def drop(self) -> None:
        """Close the socket."""
        self.socket.close()

    # ------------------------------------------------------------ what the steps are made of

    def target(self, class_id: int, obis: str) -> Any:
        """The peer's object of a class at a logical name."""
        found = self.client.createObject(class_id)
        found.logicalName = obis
        return found

    def answer(self, frames: Any) -> Any:
        """Answer of the meter, the peer's error raised where it refused."""
        reply = self._exchange(frames)
        if reply.error:
            raise gurux.GXDLMSException(reply.error)
        return reply

    def _exchange(self, frames: Any) -> Any:
        reply = gurux.GXReplyData()
        for group in frames if isinstance(frames, list) else [frames]:
            for frame in group if isinstance(group, list) else [group]:
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


def _get(peer: GuruxClient, step: Mapping[str, Any]) -> Any:
    class_id, obis, attribute = step["at"]
    return peer.answer(peer.client.read(peer.target(class_id, obis), attribute)).value


def _get_list(peer: GuruxClient, step: Mapping[str, Any]) -> Any:
    pairs = [(peer.target(class_id, obis), attribute) for class_id, obis, attribute in step["items"]]
    return peer.answer(peer.client.readList(pairs)).value


def _profile(peer: GuruxClient, obis: str) -> Any:
    """A profile object that knows its columns, which the peer needs to select by range."""
    profile = peer.target(7, obis)
    reply = peer.answer(peer.client.read(profile, 3))
    peer.client.updateValue(profile, 3, reply.value)
    return profile


def _by_entry(peer: GuruxClient, step: Mapping[str, Any]) -> Any:
    profile, first = _profile(peer, step["obis"]), step["from"]
    return peer.answer(peer.client.readRowsByEntry(profile, first, step["to"] - first + 1)).value


def _by_range(peer: GuruxClient, step: Mapping[str, Any]) -> Any:
    low, high = (datetime.fromisoformat(step[end]) for end in ("from", "to"))
    return peer.answer(peer.client.readRowsByRange(_profile(peer, step["obis"]), low, high)).value


def _set(peer: GuruxClient, step: Mapping[str, Any]) -> Any:
    class_id, obis, attribute = step["at"]
    target = peer.target(class_id, obis)
    setattr(target, "time" if class_id == CLOCK else "value", bytes.fromhex(step["value"]))
    target.setDataType(attribute, TYPES[step["type"]])
    peer.answer(peer.client.write(target, attribute))
    return "done"


def _set_clock(peer: GuruxClient, step: Mapping[str, Any]) -> Any:
    clock = peer.target(8, step["obis"])
    clock.time = gurux.GXDateTime(datetime.fromisoformat(step["instant"]))
    peer.answer(peer.client.write(clock, 2))
    return "done"


def _action(peer: GuruxClient, step: Mapping[str, Any]) -> Any:
    class_id, obis, method = step["at"]
    kind = TYPES[step["type"]]
    value = step["value"] if step["type"] == "integer" else bytes.fromhex(step["value"])
    return peer.answer(peer.client.method(peer.target(class_id, obis), method, value, kind)).value


def _access(peer: GuruxClient, step: Mapping[str, Any]) -> Any:
    items = [
        gurux.GXDLMSAccessItem(enums.AccessServiceCommandType.GET, peer.target(class_id, obis), attribute)
        for class_id, obis, attribute in step["items"]
    ]
    reply = peer.answer(peer.client.accessRequest(None, items))
    peer.client.parseAccessResponse(items, reply.data)
    return [
        item.value if item.error is enums.ErrorCode.OK else f"refused: {item.error.name}" for item in items
    ]


def _objects(peer: GuruxClient, _step: Mapping[str, Any]) -> Any:
    reply = peer.answer(peer.client.getObjectsRequest())
    found = peer.client.parseObjects(reply.data, onlyKnownObjects=False)
    return sorted(f"{int(item.objectType)}/{item.logicalName}" for item in found)


def _push(peer: GuruxClient, _step: Mapping[str, Any]) -> Any:
    received, reply, notify = gurux.GXByteBuffer(), gurux.GXReplyData(), gurux.GXReplyData()
    while not notify.data or notify.isMoreData() or notify.value is None:
        chunk = peer.socket.recv(4096)
        if not chunk:
            raise ConnectionError("the meter closed the connection")
        received.set(chunk)
        peer.client.getData(received, reply, notify)
    return notify.value


STEPS: dict[str, Callable[[GuruxClient, Mapping[str, Any]], Any]] = {
    "get": _get,
    "get-list": _get_list,
    "by-entry": _by_entry,
    "by-range": _by_range,
    "set": _set,
    "set-clock": _set_clock,
    "action": _action,
    "access": _access,
    "objects": _objects,
    "push": _push,
}

if __name__ == "__main__":
    main(GuruxClient)
