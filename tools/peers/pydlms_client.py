"""pydlms-client (GPL-3.0) as a client, in a process of its own: see `job`."""

import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pydlms
from pydlms.apdu import xdlms
from pydlms.security.suites import SecurityPolicy, SecuritySuite

from tools.peers.job import Job, Peer, main

TIMEOUT_S = 5.0
MECHANISMS = {
    "none": pydlms.Mechanism.NONE,
    "lls": pydlms.Mechanism.LLS,
    "hls-md5": pydlms.Mechanism.HLS_MD5,
    "hls-sha1": pydlms.Mechanism.HLS_SHA1,
    "hls-gmac": pydlms.Mechanism.HLS_GMAC,
    "hls-sha256": pydlms.Mechanism.HLS_SHA256,
    "hls-ecdsa": pydlms.Mechanism.HLS_ECDSA,
}
POLICIES = {
    "none": SecurityPolicy.NONE,
    "authenticated": SecurityPolicy.AUTHENTICATED,
    "encrypted": SecurityPolicy.ENCRYPTED,
    "authenticated-encrypted": SecurityPolicy.AUTHENTICATED_ENCRYPTED,
}
# What it proposes in logical names, unless the job says otherwise.
USUAL = xdlms.Conformance(0x007E1F)


class PydlmsClient:
    """Drives the peer's client."""

    def __init__(self, job: Job) -> None:
        self.job = job
        hdlc = job["framing"] == "hdlc"
        self.client = pydlms.DlmsClient.tcp(
            job["host"],
            job["port"],
            client_sap=job["client_sap"],
            server_logical=job.get("server_sap", 1),
            server_physical=job.get("physical", 17) if hdlc else None,
            hdlc=hdlc,
            timeout=TIMEOUT_S,
            mechanism=MECHANISMS[job["mechanism"]],
            **_settings(job),
        )

    def open(self) -> None:
        """Connect and associate."""
        self.client.connect()

    def do(self, step: Mapping[str, Any]) -> Any:
        """One step of the job."""
        return STEPS[step["do"]](self.client, step)

    def close(self) -> None:
        """Release and disconnect."""
        self.client.close()

    def drop(self) -> None:
        """Nothing more: closing does it."""
        self.client.close()


def _settings(job: Job) -> dict[str, Any]:
    """Proposal of the peer, beyond addresses and mechanism."""
    settings: dict[str, Any] = {"password": bytes.fromhex(job["secret"])} if job.get("secret") else {}
    for ours, theirs in (("max_pdu", "max_receive_pdu_size"), ("gbt_window", "gbt_window")):
        if job.get(ours):
            settings[theirs] = job[ours]
    if job.get("propose") or job.get("forgo"):
        settings["conformance"] = _conformance(job)
    ciphering = job.get("ciphering")
    if ciphering is not None:
        settings["security"] = _security(ciphering)
        settings["protection"] = "general-glo" if ciphering["form"] == "general-glo" else "glo"
        settings["use_dedicated_key"] = ciphering["form"] == "ded"
        if ciphering["protection"] == "none":
            settings["ciphered_context"] = False
    if job.get("signing"):
        settings.update(_signing(job["signing"]))
    return settings


def _conformance(job: Job) -> Any:
    proposed = USUAL
    for name in job.get("propose", ()):
        proposed |= xdlms.Conformance[name.upper().replace("-", "_")]
    for name in job.get("forgo", ()):
        proposed &= ~xdlms.Conformance[name.upper().replace("-", "_")]
    return proposed


def _security(ciphering: Mapping[str, Any]) -> Any:
    return pydlms.SecurityContext(
        bytes.fromhex(ciphering["guek"]),
        bytes.fromhex(ciphering["gak"]),
        client_system_title=bytes.fromhex(ciphering["client_title"]),
        invocation_counter=ciphering["counter"],
        suite=SecuritySuite(ciphering["suite"]),
        policy=POLICIES[ciphering["protection"]],
    )


def _signing(signing: Mapping[str, str]) -> dict[str, Any]:
    from cryptography.hazmat.primitives.asymmetric import ec

    curve = ec.SECP256R1()
    peer = b"\x04" + bytes.fromhex(signing["peer"])  # the form that is not compressed
    return {
        "signing_key": ec.derive_private_key(int(signing["own"], 16), curve),
        "server_public_key": ec.EllipticCurvePublicKey.from_encoded_point(curve, peer),
    }


def _plain(data: Any) -> Any:
    """A value with bit-strings as text, which the peer gives as lists of booleans."""
    if data.tag.name == "BIT_STRING":
        return "".join("1" if bit else "0" for bit in data.value)
    if data.tag.name in ("ARRAY", "STRUCTURE"):
        return [_plain(item) for item in data.value]
    return data.to_python()


def _outcome(value: Any) -> Any:
    return (
        _plain(value) if isinstance(value, pydlms.DlmsData) else f"refused: {getattr(value, 'name', value)}"
    )


def _data(step: Mapping[str, Any]) -> Any:
    if step["type"] == "integer":
        return pydlms.DlmsData.int8(step["value"])
    return pydlms.DlmsData.octet_string(bytes.fromhex(step["value"]))


def _get(client: Any, step: Mapping[str, Any]) -> Any:
    class_id, obis, attribute = step["at"]
    return _plain(client.get(obis, class_id, attribute))


def _get_list(client: Any, step: Mapping[str, Any]) -> Any:
    items = [(obis, class_id, attribute) for class_id, obis, attribute in step["items"]]
    return [_outcome(item) for item in client.get_many(items)]


def _by_entry(client: Any, step: Mapping[str, Any]) -> Any:
    selection = xdlms.entry_descriptor(step["from"], step["to"])
    return _plain(client.get(step["obis"], 7, 2, selection))


def _by_range(client: Any, step: Mapping[str, Any]) -> Any:
    ends = (pydlms.CosemDateTime.from_datetime(datetime.fromisoformat(step[end])) for end in ("from", "to"))
    low, high = (pydlms.DlmsData.octet_string(end.to_bytes()) for end in ends)
    return _plain(client.get(step["obis"], 7, 2, xdlms.range_descriptor(low, high)))


def _set(client: Any, step: Mapping[str, Any]) -> Any:
    class_id, obis, attribute = step["at"]
    client.set(obis, class_id, attribute, _data(step))
    return "done"


def _set_list(client: Any, step: Mapping[str, Any]) -> Any:
    items = [(obis, class_id, attribute, _data(step)) for class_id, obis, attribute in step["items"]]
    return [result.name for result in client.set_many(items)]


def _set_clock(client: Any, step: Mapping[str, Any]) -> Any:
    client.set_clock(datetime.fromisoformat(step["instant"]), step["obis"])
    return "done"


def _action(client: Any, step: Mapping[str, Any]) -> Any:
    class_id, obis, method = step["at"]
    answer = client.action(obis, class_id, method, _data(step))
    return None if answer is None else _plain(answer)


def _action_list(client: Any, step: Mapping[str, Any]) -> Any:
    items = [(obis, class_id, method, _data(step)) for class_id, obis, method in step["items"]]
    return [None if item is None else _outcome(item) for item in client.action_many(items)]


def _access(client: Any, step: Mapping[str, Any]) -> Any:
    asked = [pydlms.AccessGet(obis, class_id, attribute) for class_id, obis, attribute in step["items"]]
    return [_outcome(item.data) if item.ok else item.result.name for item in client.access(asked)]


def _objects(client: Any, _step: Mapping[str, Any]) -> Any:
    entries = client.get_association_view()
    return sorted(f"{int(item.class_id)}/{item.logical_name}" for item in entries)


STEPS: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "get": _get,
    "get-list": _get_list,
    "by-entry": _by_entry,
    "by-range": _by_range,
    "set": _set,
    "set-list": _set_list,
    "set-clock": _set_clock,
    "action": _action,
    "action-list": _action_list,
    "access": _access,
    "objects": _objects,
}


def _raw(value: Any) -> Any:
    return value.to_bytes() if isinstance(value, pydlms.CosemDateTime) else value


class PydlmsListener:
    """Takes what a meter pushes, without a link or an association."""

    def __init__(self, job: Job) -> None:
        self.decoder = pydlms.PushDecoder(job["framing"])
        self.socket = socket.create_connection((job["host"], job["port"]), TIMEOUT_S)

    def open(self) -> None:
        """Nothing to open."""

    def do(self, _step: Mapping[str, Any]) -> Any:
        """The values of the next push."""
        while True:
            chunk = self.socket.recv(4096)
            if not chunk:
                raise ConnectionError("the meter closed the connection")
            for message in self.decoder.feed(chunk):
                return [_raw(record.value) for record in message.records]

    def close(self) -> None:
        """Nothing to release."""

    def drop(self) -> None:
        """Close the socket."""
        self.socket.close()


def _make(job: Job) -> Peer:
    return PydlmsListener(job) if job.get("listen") else PydlmsClient(job)


if __name__ == "__main__":
    main(_make)
