"""Each peer at the served PPKW meter: all that its reader may read, management, load profile, token."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from our_session import our_session
from peer_features import CLIENT_TITLE, plain
from peer_rows import hold

from protocols.dlms.axdr import Data, octet_string
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.cosem import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import AccessRefused, ActionRefused
from sim.meter.credentials import TEST_KEYS
from tools.peers.expectations import Row, load

pytestmark = pytest.mark.oracle

READER, MANAGEMENT = 2, 1
PROFILE = Obis.from_string("1.0.99.1.0")
NAME_AT, ENERGY_AT = [1, "0.0.42.0.0.255", 2], [3, "1.0.1.8.0.255", 2]
CLOCK_AT, GATEWAY_AT = [8, "0.0.1.0.0.255", 2], [115, "0.0.19.40.0.255", 1]
BEGIN, END = "2026-01-01T10:00:00-05:00", "2026-01-01T12:00:00-05:00"
TOKEN = b"00000000000000000000"
CONTEXT_AT = [15, "0.0.40.0.0.255", 5]
READABLE_MODES = {1, 3, 4, 6}


def _rows(feature: str) -> Any:
    rows = [row for row in load().tried("clients") if row.feature == feature]
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.label)


def _client(sap: int) -> ClientConnection:
    return ClientConnection(client_sap=sap, authentication=Lls(b"lectura1") if sap == READER else None)


def _job(at: Any, steps: list[dict[str, Any]], **job: Any) -> dict[str, Any]:
    place = {"host": at.host, "port": at.port, "framing": at.framing}
    reader = {"client_sap": READER, "mechanism": "lls", "secret": b"lectura1".hex()}
    return {**place, **reader, "steps": steps, **job}


def _hold(row: Row, answer: dict[str, Any], due: list[Any]) -> None:
    """Every step is as due, or fails as the row says; a due None is whatever the peer read."""
    assert answer["associated"], answer
    faults = {_fault(seen, value) for seen, value in zip(answer["results"], due, strict=False)} - {None}
    if not faults:
        hold(row, answer.get("error"))
    for fault in faults:
        hold(row, fault)


def _fault(seen: dict[str, Any], due: Any) -> str | None:
    if "error" in seen:
        return str(seen["error"])
    if due is None or seen["value"] == due or (due == [] and seen["value"] is None):
        return None  # gurux-dlms tells an empty array by None
    return f"{str(seen['value'])[:150]} instead of {str(due)[:150]}"


def _readable(session: DlmsSession) -> list[list[Any]]:
    """Every attribute that the object list calls readable."""
    found: list[list[Any]] = []
    for entry in plain(session.get(15, "0.0.40.0.0", 2)):
        class_id, _version, name, (attributes, _methods) = entry
        obis = str(Obis.from_bytes(bytes.fromhex(name)))
        found += [[class_id, obis, index] for index, mode, _ in attributes if mode in READABLE_MODES]
    return found


def _read(session: DlmsSession, at: list[Any]) -> Any:
    try:
        return plain(session.get(*at))
    except AccessRefused as refused:
        return refused


@_rows("meter-everything")
def test_it_reads_every_attribute_as_we_do(row: Row, ask: Callable[..., Any], lived: dict[str, Any]) -> None:
    at = lived[row.framing]
    with our_session(at.port, at.framing, _client(READER)) as session:
        targets = _readable(session)
        before = [_read(session, target) for target in targets]
    answer = ask(row.peer, _job(at, [{"do": "get", "at": target} for target in targets]))
    with our_session(at.port, at.framing, _client(READER)) as session:
        after = [_read(session, target) for target in targets]
    assert len(targets) > 200
    still = [value if value == again else None for value, again in zip(before, after, strict=True)]
    still[targets.index(CONTEXT_AT)] = None  # the services that each client proposed for itself
    _hold(row, answer, still)


@_rows("meter-management")
def test_it_manages_with_keys(row: Row, ask: Callable[..., Any], lived: dict[str, Any]) -> None:
    at = lived[row.framing]
    with our_session(at.port, at.framing, _client(16)) as session:
        counter = session.invocation_counter() + 1
        name, clock = plain(session.get(*NAME_AT)), plain(session.get(*CLOCK_AT))
    assert TEST_KEYS.gak is not None
    ciphering = {
        "suite": 0,
        "guek": TEST_KEYS.guek.hex(),
        "gak": TEST_KEYS.gak.hex(),
        "client_title": CLIENT_TITLE.hex(),
        "counter": counter,
        "form": "glo",
        "protection": "authenticated-encrypted",
    }
    steps = [
        {"do": "get", "at": NAME_AT},
        {"do": "get", "at": ENERGY_AT},
        {"do": "set", "at": CLOCK_AT, "type": "octet-string", "value": clock},
    ]
    keys = {"client_sap": MANAGEMENT, "mechanism": "hls-gmac", "secret": None, "ciphering": ciphering}
    answer = ask(row.peer, _job(at, steps, **keys))
    _hold(row, answer, [name, None, "done"])


def _octets(text: str) -> Data:
    return octet_string(CosemDateTime.from_utc(datetime.fromisoformat(text)).to_bytes())


@_rows("meter-profile")
def test_it_reads_parts_of_the_load_profile(row: Row, ask: Callable[..., Any], lived: dict[str, Any]) -> None:
    at = lived[row.framing]
    period = RangeSelection(CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2), _octets(BEGIN), _octets(END))
    with our_session(at.port, at.framing, _client(READER)) as session:
        ranged = plain(session.get(7, PROFILE, 2, period))
        entries = plain(session.get(7, PROFILE, 2, EntrySelection(3, 6)))
    assert (len(ranged), len(entries)) == (9, 4)
    steps = [
        {"do": "by-range", "obis": str(PROFILE), "from": BEGIN, "to": END},
        {"do": "by-entry", "obis": str(PROFILE), "from": 3, "to": 6},
    ]
    _hold(row, ask(row.peer, _job(at, steps)), [ranged, entries])


@_rows("meter-token")
def test_its_token_is_judged_as_ours(row: Row, ask: Callable[..., Any], lived: dict[str, Any]) -> None:
    at = lived[row.framing]
    with our_session(at.port, at.framing, _client(READER)) as session:
        try:
            due = session.action(*GATEWAY_AT, octet_string(TOKEN))
        except ActionRefused as refused:
            due = None
            ours: str | None = refused.result.name
        else:
            ours = None
    step = {"do": "action", "at": GATEWAY_AT, "type": "octet-string", "value": TOKEN.hex()}
    result = ask(row.peer, _job(at, [step]))["results"][0]
    if ours is None:
        hold(row, None if result.get("value") == (None if due is None else plain(due)) else str(result))
    else:
        hold(row, None if "error" in result else str(result))
