"""The API, version 1: JSON lines, one request and one answer at a time on a connection.

    {"v": 1, "id": 7, "operation": "mint", "args": {…}}
    {"v": 1, "id": 7, "ok": true, "result": {…, "test": false}}
    {"v": 1, "id": 7, "ok": false, "error": {"code": "key-expired", "number": 41, "es": "…", "en": "…"}}

`OPERATIONS` is the schema: what each operation takes, whether it leaves a trace, and which permission a
client needs. The shape follows the field's token servers (message ids, meter configuration, an answer that is
a list because key-change tokens may come first), so that a real module can stand in its place.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from protocols.offline.schema import LEASE_METERS_MAX, LEASES_MAX, MONEY_C_MAX, SLOTS
from protocols.sts.amounts import AMOUNT_MAX, MAGNITUDE_MAX_1E5
from protocols.sts.identity import (
    DRN_PATTERN,
    KEN_RANGE,
    KEY_TYPE_RANGE,
    KRN_RANGE,
    PAN_PATTERN,
    SGC_PATTERN,
    TI_RANGE,
)
from system.security_module.refusals import Refused
from system.security_module.schema import (
    Check,
    Field,
    fields,
    flag,
    given,
    instant,
    integer,
    malformed,
    many,
    optional,
    printable,
    text,
)

VERSION = 1
LINE_BYTES_MAX = 16_384
"""Longest request, with its line end."""

ANSWER_BYTES_MAX = 1 << 20
"""Longest answer: the status of a module with a thousand keys."""

LIST_MAX = 500
"""Most results on one page of `list_results`."""

_MESSAGE_ID = text(
    r"[A-Za-z0-9._:-]{1,40}",
    "de 1 a 40 letras, dígitos, puntos, guiones o dos puntos",
    "1 to 40 letters, digits, dots, colons, dashes or underscores",
)
_DRN = text(
    f"{DRN_PATTERN}|{PAN_PATTERN}",
    "un DRN de 11 o 13 dígitos o un MeterPAN de 18",
    "a DRN of 11 or 13 digits or a MeterPAN of 18",
)
_SGC = text(SGC_PATTERN, "un SGC de 6 dígitos", "an SGC of 6 digits")
_EA = text("07|11", "07 u 11", "07 or 11")
_DOE = text(r"[0-9]{2}(0[1-9]|1[0-2])", "una fecha de vencimiento AAMM", "a date of expiry YYMM")
_TOKEN = text(r"[0-9]{20}", "un token de 20 dígitos", "a token of 20 digits")
_OPERATOR = text(r"[A-Za-z0-9._-]{1,40}", "el nombre de un operador", "the name of an operator")
_SIGNATURE = text(
    r"[0-9a-fA-F]{128}",
    "una firma Ed25519, 128 dígitos hexadecimales",
    "an Ed25519 signature, 128 hexadecimal digits",
)

_UUID = text(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "un UUID en minúsculas", "a UUID in small digits")
_PUBLIC_KEY = text(
    r"[0-9a-f]{64}", "una clave X25519, 64 dígitos hexadecimales", "an X25519 key, 64 hexadecimal digits"
)

METER: Mapping[str, Field] = {
    "drn": Field(_DRN),
    "ea": given(_EA, "11"),
    "tct": given(integer(1, 99), 2),
    "sgc": Field(_SGC),
    "krn": Field(integer(*KRN_RANGE)),
    "ti": Field(integer(*TI_RANGE)),
    "key_type": given(integer(*KEY_TYPE_RANGE), 2),
    "ken": given(integer(*KEN_RANGE)),  # what the meter holds; left out: what the key says
    "doe": given(_DOE),
}
"""The meter as its card or the registry knows it."""

TARGET: Mapping[str, Field] = {
    "sgc": given(_SGC),
    "krn": given(integer(*KRN_RANGE)),
    "ti": given(integer(*TI_RANGE)),
    "key_type": given(integer(*KEY_TYPE_RANGE)),
}
"""Aim of a key change; what is left out stays as it is. The KEN is that of the new key."""

APPROVAL: Mapping[str, Field] = {
    "until": Field(instant()),
    "signatures": Field(many(fields({"operator": Field(_OPERATOR), "signature": Field(_SIGNATURE)}), most=8)),
}
"""Signatures of two operators, see `system.security_module.approval`."""

_ISSUE: Mapping[str, Field] = {
    "message_id": Field(_MESSAGE_ID),
    "meter": Field(fields(METER)),
    "time": given(optional(instant())),
    "approval": given(fields(APPROVAL)),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    Args:
        args: its fields.
        issues: whether it makes tokens under a message id, which must then be unique.
        test_only: whether it exists only in a module of test keys.
    """

    args: Mapping[str, Field]
    issues: bool = False
    test_only: bool = False


OPERATIONS: dict[str, Operation] = {
    "status": Operation({}),
    "mint": Operation(
        {
            **_ISSUE,
            "subclass": Field(integer(0, 7)),
            "amount": Field(integer(-MAGNITUDE_MAX_1E5, MAGNITUDE_MAX_1E5)),
            "target": given(fields(TARGET)),
            "allow_key_change": given(flag(), default=False),
            "three_kct": given(flag(), default=False),
            "free_issue": given(flag(), default=False),
        },
        issues=True,
    ),
    "key_change": Operation(
        {**_ISSUE, "target": Field(fields(TARGET)), "three_kct": given(flag(), default=False)}, issues=True
    ),
    "management": Operation(
        {**_ISSUE, "subclass": Field(integer(0, 10)), "value": given(integer(0, 18_201_624), 0)}, issues=True
    ),
    "meter_test": Operation(
        {
            "message_id": Field(_MESSAGE_ID),
            "subclass": given(integer(0, 2), 0),
            "control": Field(integer(0, (1 << 36) - 1)),
            "mfr_code": given(integer(0, 9999), 0),
        },
        issues=True,
    ),
    "lease": Operation(
        {
            "message_id": Field(_MESSAGE_ID),
            "time": given(optional(instant())),
            "terminal": Field(fields({"id": Field(_UUID), "agreement_public": Field(_PUBLIC_KEY)})),
            "part": given(integer(1, LEASES_MAX), 1),
            "parts": given(integer(1, LEASES_MAX), 1),
            "slot": Field(integer(1, SLOTS - 1)),
            "slots": given(integer(SLOTS, SLOTS), SLOTS),
            "allowed_c": Field(integer(0, MONEY_C_MAX)),
            "units_max": Field(integer(1, AMOUNT_MAX)),
            "not_before": Field(instant()),
            "until": Field(instant()),
            "meters": Field(many(fields(METER), most=LEASE_METERS_MAX)),
        },
        issues=True,
    ),
    "verify": Operation({"meter": Field(fields(METER)), "token": Field(_TOKEN)}),
    "fetch_result": Operation(
        {"message_id": Field(_MESSAGE_ID), "cancel_if_absent": given(flag(), default=False)}
    ),
    "list_results": Operation(
        {
            "since": given(optional(instant())),
            "after": given(optional(_MESSAGE_ID)),
            "limit": given(integer(1, LIST_MAX), LIST_MAX),
        }
    ),
    "set_clock": Operation({"time": Field(optional(instant()))}, test_only=True),
    "force_rnd": Operation({"rnd": Field(optional(integer(0, 15)))}, test_only=True),
    "reset_tids": Operation({"drn": given(_DRN)}, test_only=True),
}
"""Every operation. The last three are the hooks that the vendor suite CTSA needs."""

_NUMBER = Check(integer(0, 2**53))
_CHECKS = {name: Check(fields(operation.args)) for name, operation in OPERATIONS.items()}


@dataclass(frozen=True, slots=True)
class Request:
    """A request that keeps to the schema.

    Attributes:
        id: the caller's number, given back with the answer.
        operation: a key of `OPERATIONS`.
        args: checked, with defaults filled in.
        raw_args: as they came: what message ids are compared by and operators sign.
    """

    id: int
    operation: str
    args: dict[str, Any]
    raw_args: dict[str, Any]


def read_json_line(line: bytes) -> dict[str, Any]:
    """The object on a line.

    Raises:
        Refused: too long, not JSON, or not an object.
    """
    if len(line) > LINE_BYTES_MAX:
        raise too_long()
    try:
        value = _DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise malformed(
            "una línea debe ser un objeto JSON en UTF-8", "a line must be one JSON object in UTF-8"
        ) from None
    if not isinstance(value, dict):
        raise malformed("una línea debe ser un objeto JSON", "a line must be one JSON object")
    return value


def too_long() -> Refused:
    """The refusal of a line longer than `LINE_BYTES_MAX`."""
    return malformed(
        f"una línea tiene {LINE_BYTES_MAX} bytes o menos", f"a line has at most {LINE_BYTES_MAX} bytes"
    )


def read_request(message: Mapping[str, Any]) -> Request:
    """Check a request against the schema.

    Raises:
        Refused: another version, an unknown operation, or arguments that do not fit.
    """
    if message.get("v") != VERSION or isinstance(message.get("v"), bool):
        raise malformed(f"v debe ser {VERSION}", f"v must be {VERSION}")
    number = _NUMBER(message.get("id"), "id")
    name, raw = message.get("operation"), message.get("args", {})
    if unknown := set(message) - {"v", "id", "operation", "args"}:
        word = printable(min(unknown))
        raise malformed(f"una solicitud no tiene un campo {word}", f"a request has no field {word}")
    if not isinstance(name, str) or name not in _CHECKS:
        raise Refused("unknown-operation", operation=printable(name))
    return Request(number, name, _CHECKS[name](raw, "args"), raw)


def request_line(number: int, operation: str, args: Mapping[str, Any]) -> bytes:
    """A request as it travels."""
    return _line({"v": VERSION, "id": number, "operation": operation, "args": args})


def result_line(number: int, result: Mapping[str, Any]) -> bytes:
    """The answer to a request that was carried out."""
    return _line({"v": VERSION, "id": number, "ok": True, "result": result})


def refusal_line(number: int | None, refusal: Refused) -> bytes:
    """The answer to a request that was refused; `number` None when it could not be read."""
    return _line({"v": VERSION, "id": number, "ok": False, "error": refusal.to_json()})


def canonical(value: Any) -> bytes:
    """One spelling for equal JSON values: what digests and signatures are made over."""
    return _CANONICAL.encode(value).encode("ascii")


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


# Made once: `json.dumps` and `json.loads` with options make theirs for every call.
_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_COMPACT = json.JSONEncoder(separators=(",", ":"))


def _line(message: Mapping[str, Any]) -> bytes:
    return _COMPACT.encode(message).encode("ascii") + b"\n"
