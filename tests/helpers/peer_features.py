"""What peers are tried with on the laboratory's device: each feature is a job and what must come of it.

`FEATURES` names them; `tools/peers/interoperability.toml` says what each peer answers to each.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import peer_lab
from peer_lab import CLIENT_TITLE, SAPS, SECRET, Lab

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.security import SecuritySuite
from protocols.dlms.wrapper import encode_wpdu
from protocols.dlms.xdlms.notification import DataNotification
from tools.peers.job import Answer

Step = dict[str, Any]
ENERGY_AT, LONG_AT, MESSAGE_AT = [3, "1.0.1.8.0.255", 2], [1, "0.0.96.1.1.255", 2], [1, "0.0.96.13.0.255", 2]
NAME_AT, ABSENT_AT = [1, "0.0.42.0.0.255", 2], [3, "9.9.9.9.9.255", 2]
PROFILE = "1.0.99.1.0.255"
ENERGY, NAME = peer_lab.ENERGY_WH, b"AMB0000000000001".hex()
GET_ENERGY = {"do": "get", "at": ENERGY_AT}
BLOCK_BITS = (
    "block-transfer-with-get-or-read",
    "block-transfer-with-set-or-write",
    "block-transfer-with-action",
)
# Each association of a test goes on where no other one has been.
COUNTERS = iter(range(1_000, 2**31, 1_000))


@dataclass(frozen=True)
class Feature:
    """One thing to try.

    Args:
        who: a client address of the laboratory, by name.
        steps: of the job.
        expected: what each step reads; a text that begins with ``refused`` for any refusal.
        job: further fields of the job.
        left: what must be true of the device afterwards.
        refused: the association itself must fail.
        greeting: what the device sends as soon as somebody connects, by framing.
    """

    who: str
    steps: tuple[Step, ...]
    expected: tuple[Any, ...]
    job: dict[str, Any] = field(default_factory=dict)
    left: Callable[[Lab], bool] = lambda _lab: True
    refused: bool = False
    greeting: Callable[[str], bytes] = lambda _framing: b""


def plain(data: Data) -> Any:
    """A value of ours as the peers' answers have it."""
    if isinstance(data.value, tuple):
        return [plain(item) for item in data.value]
    if isinstance(data.value, bytes):
        return data.value.hex()
    if data.tag is DataTag.COMPACT_ARRAY:
        return str(data.value)
    return data.value


def ciphering(
    suite: int = 0, form: str = "glo", protection: str = "authenticated-encrypted"
) -> dict[str, Any]:
    """Keys and form of a ciphered association of the laboratory."""
    keys = peer_lab.keys_of(SecuritySuite(suite))
    return {
        "suite": suite,
        "guek": keys.guek.hex(),
        "gak": keys.gak.hex(),
        "client_title": CLIENT_TITLE.hex(),
        "counter": next(COUNTERS),
        "form": form,
        "protection": protection,
        "dedicated_key": bytes(range(16)).hex() if form == "ded" else None,
    }


def signing() -> dict[str, str]:
    """The client's private key and the server's public one."""
    own = peer_lab.signing_pair("client").private.private_numbers().private_value
    return {"own": own.to_bytes(32, "big").hex(), "peer": peer_lab.signing_pair("server").public_key.hex()}


def _rows(first: int, last: int) -> list[Any]:
    return [plain(peer_lab.row(number - 1)) for number in range(first, last + 1)]


def _hls(mechanism: str, who: str | None = None, **job: Any) -> Feature:
    steps = (GET_ENERGY, {"do": "set", "at": MESSAGE_AT, "type": "octet-string", "value": b"new".hex()})
    return Feature(
        who or mechanism,
        steps,
        (ENERGY, "done"),
        {"mechanism": mechanism, **job},
        lambda lab: lab.message == b"new",
    )


def _by_lls(
    step: Step, expected: Any, left: Callable[[Lab], bool] = lambda _lab: True, **job: Any
) -> Feature:
    return Feature("lls", (step,), (expected,), job, left)


def _set(at: list[Any], value: bytes) -> Step:
    return {"do": "set", "at": at, "type": "octet-string", "value": value.hex()}


LONG_VALUE = bytes(value % 250 for value in range(2500))
TWO_WRITES = {
    "do": "set-list",
    "items": [MESSAGE_AT, LONG_AT],
    "type": "octet-string",
    "value": b"both".hex(),
}
ON_AND_OFF = {
    "do": "action-list",
    "items": [[70, "0.0.96.3.10.255", 1], [70, "0.0.96.3.10.255", 2]],
    "type": "integer",
    "value": 0,
}
GBT: dict[str, Any] = {"propose": ["general-block-transfer"], "forgo": list(BLOCK_BITS), "max_pdu": 1100}


def _of_services() -> dict[str, Feature]:
    entries, period = (
        {"do": "by-entry", "obis": PROFILE, "from": 2, "to": 4},
        {"do": "by-range", "obis": PROFILE, "from": "2026-01-01T01:00:00", "to": "2026-01-01T02:00:00"},
    )
    return {
        "get": _by_lls(GET_ENERGY, ENERGY),
        "get-absent": _by_lls({"do": "get", "at": ABSENT_AT}, "refused"),
        "get-types": _by_lls({"do": "get", "at": [1, "0.0.96.1.2.255", 2]}, plain(peer_lab.TYPED)),
        "get-list": _by_lls({"do": "get-list", "items": [ENERGY_AT, NAME_AT]}, [ENERGY, NAME]),
        "get-list-refusal": _by_lls(
            {"do": "get-list", "items": [ENERGY_AT, ABSENT_AT, NAME_AT]},
            [ENERGY, "refused: OBJECT_UNDEFINED", NAME],
        ),
        "get-blocks": _by_lls({"do": "get", "at": LONG_AT}, Lab().long.hex(), max_pdu=256),
        "by-entry": _by_lls(entries, _rows(2, 4)),
        "by-range": _by_lls(period, _rows(5, 9)),
        "whole-profile": _by_lls({"do": "get", "at": [7, PROFILE, 2]}, _rows(1, peer_lab.ROWS), max_pdu=512),
        "set": _by_lls(_set(MESSAGE_AT, b"new"), "done", lambda lab: lab.message == b"new"),
        "set-denied": _by_lls(_set(NAME_AT, b"new"), "refused"),
        "set-long": _by_lls(_set(LONG_AT, bytes(200)), "done", lambda lab: lab.long == bytes(200)),
        "set-blocks": _by_lls(_set(LONG_AT, LONG_VALUE), "done", lambda lab: lab.long == LONG_VALUE),
        "set-list": _by_lls(TWO_WRITES, ["SUCCESS"] * 2, lambda lab: lab.message == lab.long == b"both"),
        "set-clock": _by_lls(
            {"do": "set-clock", "obis": "0.0.1.0.0.255", "instant": "2026-03-04T05:06:07"},
            "done",
            lambda lab: (lab.clock[:4] + lab.clock[5:8]).hex() == "07ea0304050607",
        ),
        "action": _by_lls(
            {"do": "action", "at": [70, "0.0.96.3.10.255", 1], "type": "integer", "value": 0},
            None,
            lambda lab: lab.calls == [1],
        ),
        "action-absent": _by_lls(
            {"do": "action", "at": [70, "0.0.96.3.11.255", 1], "type": "integer", "value": 0}, "refused"
        ),
        "action-list": _by_lls(ON_AND_OFF, [None, None], lambda lab: lab.calls == [1, 2]),
        "access": _by_lls(
            {"do": "access", "items": [ENERGY_AT, NAME_AT]}, [ENERGY, NAME], propose=["access"]
        ),
        "gbt-get": _by_lls({"do": "get", "at": LONG_AT}, Lab().long.hex(), **{**GBT, "max_pdu": 256}),
        "gbt-get-window": _by_lls(
            {"do": "get", "at": LONG_AT}, Lab().long.hex(), **{**GBT, "max_pdu": 256, "gbt_window": 5}
        ),
        "gbt-set": _by_lls(
            _set(LONG_AT, LONG_VALUE), "done", lambda lab: lab.long == LONG_VALUE, **{**GBT, "gbt_window": 1}
        ),
        "object-list": _by_lls({"do": "objects"}, _objects()),
    }


def _objects() -> list[str]:
    own = (f"{item.interface.class_id}/{item.logical_name}" for item in Lab().device().objects)
    return sorted([*own, "1/0.0.42.0.0.255", "15/0.0.40.0.0.255", "17/0.0.41.0.0.255"])


def _of_security() -> dict[str, Feature]:
    plain_title = ciphering(protection="none")
    wrong = {**ciphering(), "gak": bytes(16).hex()}
    other = {**ciphering(), "guek": bytes(16).hex()}
    general = {"propose": ["general-protection"]}
    return {
        "none": Feature("none", (GET_ENERGY,), (ENERGY,)),
        "lls": _hls("lls"),
        "lls-wrong": Feature("lls", (GET_ENERGY,), (), {"secret": b"wrong".hex()}, refused=True),
        "hls-md5": _hls("hls-md5"),
        "hls-sha1": _hls("hls-sha1"),
        "hls-sha256": _hls("hls-sha256", ciphering=plain_title),
        "hls-gmac": _hls("hls-gmac", ciphering=plain_title),
        "hls-ecdsa": _hls("hls-ecdsa", ciphering=ciphering(1, protection="none"), signing=signing()),
        "hls-md5-wrong": Feature("hls-md5", (GET_ENERGY,), (), {"secret": b"wrong".hex()}, refused=True),
        "glo": _hls("hls-gmac", ciphering=ciphering(), forgo=["general-protection"]),
        "ded": _hls("hls-gmac", ciphering=ciphering(form="ded"), forgo=["general-protection"]),
        "general-glo": _hls("hls-gmac", ciphering=ciphering(form="general-glo"), **general),
        "authenticated": _hls("hls-gmac", ciphering=ciphering(protection="authenticated")),
        "encrypted": _hls("hls-gmac", ciphering=ciphering(protection="encrypted")),
        "wrong-gak": Feature("hls-gmac", (GET_ENERGY,), (), {"ciphering": wrong}, refused=True),
        "wrong-guek": Feature("hls-gmac", (GET_ENERGY,), (), {"ciphering": other}, refused=True),
        "ciphered-blocks": Feature(
            "hls-gmac",
            ({"do": "get", "at": LONG_AT}, _set(LONG_AT, LONG_VALUE)),
            (Lab().long.hex(), "done"),
            {"ciphering": ciphering(), "max_pdu": 512},
        ),
        "suite-1": _hls("hls-gmac", "suite-1", ciphering=ciphering(1)),
        "suite-2": _hls("hls-gmac", "suite-2", ciphering=ciphering(2)),
        "first-counter-0": _hls("hls-gmac", ciphering={**ciphering(), "meter_counter": 0}),
    }


PUSHED = axdr.structure(
    axdr.octet_string(bytes((0, 0, 25, 9, 0, 255))),
    axdr.octet_string(peer_lab.INSTANT),
    axdr.double_long_unsigned(ENERGY),
)


def pushed(framing: str) -> bytes:
    """A data-notification as the public client gets it: in the wrapper, or in a UI frame."""
    apdu = DataNotification(1, peer_lab.INSTANT, PUSHED).to_bytes()
    if framing == "wrapper":
        return encode_wpdu(apdu, source=1, destination=16)
    station = HdlcServer()
    station.send_unnumbered(apdu, client_sap=16, server_sap=1)
    return station.data_to_send()


def _of_pushes() -> dict[str, Feature]:
    return {
        "push": Feature("none", ({"do": "push"},), (plain(PUSHED),), {"listen": True}, greeting=pushed),
    }


FEATURES: dict[str, Feature] = {**_of_security(), **_of_services(), **_of_pushes()}


def job_of(feature: Feature) -> dict[str, Any]:
    """The job, but for where the device is."""
    secret = None if feature.who in ("none", "hls-gmac", "suite-1", "suite-2", "hls-ecdsa") else SECRET.hex()
    mechanism = feature.job.get("mechanism", feature.who)
    return {
        "client_sap": SAPS[feature.who],
        "secret": secret,
        "steps": list(feature.steps),
        **feature.job,
        "mechanism": mechanism,
    }


def verdict(feature: Feature, answer: Answer, lab: Lab) -> str | None:
    """What is not as it must be, in a sentence; None when all is."""
    if feature.refused:
        return "it associated" if answer["associated"] else None
    for step, seen, due in zip(feature.steps, answer["results"], feature.expected, strict=False):
        off = _off(seen, due)
        if off is not None:
            return f"{step['do']}: {off}"
    if answer.get("error"):
        return str(answer["error"])
    return None if feature.left(lab) else "the device was left otherwise"


def _off(seen: dict[str, Any], due: Any) -> str | None:
    if due == "refused":
        return None if "error" in seen else f"not refused: {seen.get('value')!r}"
    if "error" in seen:
        return str(seen["error"])
    return None if seen["value"] == due else f"{str(seen['value'])[:120]!r} instead of {str(due)[:120]!r}"
