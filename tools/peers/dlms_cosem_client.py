"""dlms-cosem (BSL 1.1) as a client: see `job`. The oracle tests run it in process."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from dlms_cosem import cosem, dlms_data, enumerations, io, security, utils
from dlms_cosem.client import DlmsClient
from dlms_cosem.cosem import selective_access
from dlms_cosem.cosem.capture_object import CaptureObject

from tools.peers.job import Job, main

# It logs every APDU on standard output otherwise, where the answer belongs.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

TIMEOUT_S = 5
MECHANISMS: dict[str, Callable[[bytes], Any]] = {
    "none": lambda _secret: security.NoSecurityAuthentication(),
    "lls": security.LowLevelSecurityAuthentication,
    "hls-gmac": lambda _secret: security.HighLevelSecurityGmacAuthentication(),
}


class DlmsCosemClient:
    """Drives the peer's client over one TCP socket."""

    def __init__(self, job: Job) -> None:
        if job["mechanism"] not in MECHANISMS:
            raise NotImplementedError(f"{job['mechanism']} is not offered")
        line = io.BlockingTcpIO(job["host"], job["port"], timeout=TIMEOUT_S)
        logical = job.get("server_sap", 1)
        if job["framing"] == "wrapper":
            transport: Any = io.TcpTransport(job["client_sap"], logical, line)
        else:
            transport = io.HdlcTransport(job["client_sap"], logical, line, job.get("physical", 17))
        secret = bytes.fromhex(job.get("secret") or "")
        self.line = line
        self.client = DlmsClient(
            transport=transport, authentication=MECHANISMS[job["mechanism"]](secret), **_settings(job)
        )

    def open(self) -> None:
        """Connect and associate."""
        self.client.connect()
        self.client.associate()

    def do(self, step: Mapping[str, Any]) -> Any:
        """One step of the job."""
        return STEPS[step["do"]](self.client, step)

    def close(self) -> None:
        """Release and disconnect."""
        self.client.release_association()
        self.client.disconnect()

    def drop(self) -> None:
        """Close the socket."""
        self.line.disconnect()


def _settings(job: Job) -> dict[str, Any]:
    settings: dict[str, Any] = {"max_pdu_size": job["max_pdu"]} if job.get("max_pdu") else {}
    ciphering = job.get("ciphering")
    if ciphering is not None:
        settings |= {
            "encryption_key": bytes.fromhex(ciphering["guek"]),
            "authentication_key": bytes.fromhex(ciphering["gak"]),
            "client_system_title": bytes.fromhex(ciphering["client_title"]),
            "client_initial_invocation_counter": ciphering["counter"],
            "security_suite": ciphering["suite"],
            "meter_initial_invocation_counter": ciphering.get("meter_counter", -1),
        }
    return settings


def _attribute(at: list[Any]) -> Any:
    class_id, obis, attribute = at
    name = cosem.Obis.from_string(obis)
    return cosem.CosemAttribute(enumerations.CosemInterface(class_id), name, attribute)


def _get(client: Any, step: Mapping[str, Any]) -> Any:
    return utils.parse_as_dlms_data(client.get(_attribute(step["at"])))


def _get_list(client: Any, step: Mapping[str, Any]) -> Any:
    items = [cosem.CosemAttributeWithSelection(_attribute(at), None) for at in step["items"]]
    answer = client.get_many(items).result
    return [f"refused: {item.name}" if hasattr(item, "name") else item for item in answer]


def _by_entry(client: Any, step: Mapping[str, Any]) -> Any:
    selection = selective_access.EntryDescriptor(step["from"], step["to"], 1, 0)
    return utils.parse_as_dlms_data(client.get(_attribute([7, step["obis"], 2]), selection))


def _by_range(client: Any, step: Mapping[str, Any]) -> Any:
    restricting = CaptureObject(_attribute([8, "0.0.1.0.0.255", 2]), 0)
    low, high = (datetime.fromisoformat(step[end]) for end in ("from", "to"))
    selection = selective_access.RangeDescriptor(restricting, low, high)
    return utils.parse_as_dlms_data(client.get(_attribute([7, step["obis"], 2]), selection))


def _set(client: Any, step: Mapping[str, Any]) -> Any:
    value = dlms_data.OctetStringData(bytes.fromhex(step["value"])).to_bytes()
    answer = client.set(_attribute(step["at"]), value)
    if answer.result is not enumerations.DataAccessResult.SUCCESS:
        raise PermissionError(answer.result.name)
    return "done"


def _action(client: Any, step: Mapping[str, Any]) -> Any:
    class_id, obis, method = step["at"]
    name = cosem.Obis.from_string(obis)
    target = cosem.CosemMethod(enumerations.CosemInterface(class_id), name, method)
    if step["type"] == "integer":
        value = dlms_data.IntegerData(step["value"]).to_bytes()
    else:
        value = dlms_data.OctetStringData(bytes.fromhex(step["value"])).to_bytes()
    answer = client.action(target, value)
    return None if answer is None else utils.parse_as_dlms_data(answer)


STEPS: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "get": _get,
    "get-list": _get_list,
    "by-entry": _by_entry,
    "by-range": _by_range,
    "set": _set,
    "action": _action,
}

if __name__ == "__main__":
    main(DlmsCosemClient)
