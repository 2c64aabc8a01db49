"""pydlms-client's simulator (GPL-3.0, own process) under our client: plain and ciphered."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

import pytest
from our_session import our_session
from peer_rows import hold

from protocols.dlms import axdr
from protocols.dlms.acse import MechanismName
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.requests import AccessGet
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.cosem import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.errors import DlmsError
from protocols.dlms.obis import Obis
from protocols.dlms.security import ClientSecurity, Form, Hls, KeySet, SecurityControl, SendCounter
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import AccessRefused, AssociationRefused
from tools.peers.expectations import Row, load

pytestmark = pytest.mark.oracle

SECRET = b"secret of tests!"
KEYS = KeySet(guek=bytes(range(16)), gak=bytes(range(16, 32)))
NAME, ENERGY, CLOCK, PROFILE = (
    Obis.from_string(text) for text in ("0.0.42.0.0", "1.0.1.8.0", "0.0.1.0.0", "1.0.99.1.0")
)
DEVICE = b"PYD1000000000001"
COUNTERS = count(1_000, 1_000)
Talk = Callable[[DlmsSession], None]


def _octets() -> bytes:
    return next(COUNTERS).to_bytes(4, "big") * 4


def _hashed(sap: int, name: str, *, secret: bytes = SECRET, title: bool = False) -> ClientConnection:
    hls = Hls(MechanismName[name], secret, _octets)
    security = _security(SecurityControl.NONE) if title else None
    return ClientConnection(client_sap=sap, authentication=hls, security=security)


def _security(control: SecurityControl, use: Form = Form.GLO, **more: Any) -> ClientSecurity:
    return ClientSecurity(
        client_system_title=b"AMB\0\0\0\0\3",
        keys=KEYS,
        counter=SendCounter(next(COUNTERS)),
        policy_control=control,
        use=use,
        **more,
    )


def _ciphered(use: Form = Form.GLO, **more: Any) -> ClientConnection:
    security = _security(SecurityControl.AUTHENTICATED_ENCRYPTED, use, **more)
    return ClientConnection(
        client_sap=1, authentication=Hls(MechanismName.HLS_GMAC, None, _octets), security=security
    )


def _lls(secret: bytes = SECRET, **terms: Any) -> ClientConnection:
    return ClientConnection(client_sap=2, authentication=Lls(secret), **terms)


def _reads(session: DlmsSession) -> None:
    assert session.get(1, NAME, 2) == axdr.octet_string(DEVICE)


def _lists(session: DlmsSession) -> None:
    name, refused, energy = session.get_list([(1, NAME, 2), (8, NAME, 2), (3, ENERGY, 2)])
    assert name == axdr.octet_string(DEVICE)
    assert isinstance(refused, DataAccessResult)
    assert isinstance(energy, axdr.Data)


def _entries(session: DlmsSession) -> None:
    rows = session.get(7, PROFILE, 2, EntrySelection(1, 2)).value
    assert isinstance(rows, tuple)
    assert len(rows) == 2


def _range(session: DlmsSession) -> None:
    whole = session.get(7, PROFILE, 2).value
    assert isinstance(whole, tuple)
    first = whole[0].value[0]  # type: ignore[index]
    assert isinstance(first, axdr.Data)
    part = session.get(7, PROFILE, 2, RangeSelection(CaptureObject(8, CLOCK, 2), first, first)).value
    assert isinstance(part, tuple)
    assert len(part) == 1, f"{len(part)} rows of {len(whole)}, not 1"


def _writes(session: DlmsSession) -> None:
    value = session.get(8, CLOCK, 2)
    session.set(8, CLOCK, 2, value)


def _access(session: DlmsSession) -> None:
    outcomes = session.access([AccessGet((1, NAME, 2)), AccessGet((1, ENERGY, 2))]).outcomes
    assert outcomes[0].data == axdr.octet_string(DEVICE)
    assert outcomes[1].result is not DataAccessResult.SUCCESS


def _absent(session: DlmsSession) -> None:
    with pytest.raises(AccessRefused):
        session.get(3, "9.9.9.9.9", 2)


def _object_list(session: DlmsSession) -> None:
    objects = session.get(15, "0.0.40.0.0", 2).value
    assert isinstance(objects, tuple)
    assert len(objects) > 5


FEATURES: dict[str, tuple[Callable[[], ClientConnection], Talk]] = {
    "none": (lambda: ClientConnection(client_sap=16), _reads),
    "lls": (_lls, _reads),
    "hls-md5": (lambda: _hashed(20, "HLS_MD5"), _reads),
    "hls-sha1": (lambda: _hashed(21, "HLS_SHA1"), _reads),
    "hls-sha256": (lambda: _hashed(22, "HLS_SHA256", title=True), _reads),
    "glo": (_ciphered, _reads),
    "ded": (lambda: _ciphered(Form.DED, dedicated_key=bytes(range(32, 48))), _reads),
    "general-glo": (lambda: _ciphered(Form.GENERAL_GLO), _reads),
    "ciphered-blocks": (_ciphered, _object_list),
    "get-list": (_lls, _lists),
    "get-blocks": (lambda: _lls(max_pdu=128), _object_list),
    "get-absent": (_lls, _absent),
    "by-entry": (_lls, _entries),
    "by-range": (_lls, _range),
    "set": (_lls, _writes),
    "access": (lambda: _lls(conformance=IMPLEMENTED), _access),
}
REFUSED: dict[str, Callable[[], ClientConnection]] = {
    "lls-wrong": lambda: _lls(b"not the secret.."),
    "hls-md5-wrong": lambda: _hashed(20, "HLS_MD5", secret=b"not the secret.."),
}


CIPHERED = {"glo", "ded", "general-glo", "ciphered-blocks"}
Ports = dict[tuple[str, bool], int]


@pytest.fixture(scope="session")
def peers_meter(simulator: Callable[..., Any]) -> Iterator[Ports]:
    """The simulator's ports, by framing and by whether it has keys: with keys, it ciphers with everybody."""
    secret = SECRET.decode()
    clear: list[str] = []
    for client in ("16:0", f"2:1:{secret}", f"20:3:{secret}", f"21:4:{secret}", f"22:6:{secret}"):
        clear += ["--client", client]
    keyed = ["--client", "1:5", "--key", KEYS.guek.hex(), "--auth-key", (KEYS.gak or b"").hex()]
    with ExitStack() as running:
        yield {
            (framing, ciphered): running.enter_context(simulator(*options, *extra))
            for framing, extra in (("wrapper", ()), ("hdlc", ("--hdlc",)))
            for ciphered, options in ((False, clear), (True, keyed))
        }


def test_every_feature_is_in_the_table() -> None:
    assert {row.feature for row in load().of("servers")} == set(FEATURES) | set(REFUSED)


def _tried(feature: str, port: int, framing: str) -> str | None:
    try:
        if feature in REFUSED:
            refused = pytest.raises((AssociationRefused, DlmsError))
            with refused, our_session(port, framing, REFUSED[feature](), address_bytes=1) as session:
                _reads(session)
            return None
        make, talk = FEATURES[feature]
        with our_session(port, framing, make(), address_bytes=1) as session:
            talk(session)
    except (DlmsError, AssertionError) as error:
        return f"{type(error).__name__}: {error}"
    return None


@pytest.mark.parametrize("row", load().tried("servers"), ids=lambda row: row.label)
def test_the_simulator_does_as_the_table_says(row: Row, peers_meter: Ports) -> None:
    port = peers_meter[row.framing, row.feature in CIPHERED]
    hold(row, _tried(row.feature, port, row.framing))
