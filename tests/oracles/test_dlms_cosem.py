"""dlms-cosem (BSL 1.1, a test-time peer) associates with the served meter, reads it and releases."""

from typing import Any

import pytest

from protocols.dlms import axdr
from protocols.dlms.obis import Obis

client_module = pytest.importorskip("dlms_cosem.client", reason="dlms-cosem is in the oracles environment")
peer_io = pytest.importorskip("dlms_cosem.io")
peer_security = pytest.importorskip("dlms_cosem.security")
peer_cosem = pytest.importorskip("dlms_cosem.cosem")
peer_enumerations = pytest.importorskip("dlms_cosem.enumerations")

pytestmark = pytest.mark.oracle

DATA, REGISTER, CLOCK = 1, 3, 8


def peer_client(served: Any, client_sap: int, authentication: Any) -> Any:
    """The peer's client over the framing that the meter serves."""
    io = peer_io.BlockingTcpIO(served.host, served.port, timeout=5)
    common = {"client_logical_address": client_sap, "server_logical_address": 1, "io": io}
    transport = (
        peer_io.TcpTransport(**common)
        if served.framing == "wrapper"
        else peer_io.HdlcTransport(**common, server_physical_address=17)
    )
    return client_module.DlmsClient(transport=transport, authentication=authentication)


def peer_get(session: Any, class_id: int, obis: str, attribute: int) -> axdr.Data:
    """One attribute through the peer, its bytes decoded by us."""
    interface = peer_enumerations.CosemInterface(class_id)
    name = peer_cosem.Obis.from_bytes(Obis.from_string(obis).to_bytes())
    return axdr.decode(session.get(peer_cosem.CosemAttribute(interface, name, attribute)))


def test_public_client_reads_the_logical_device_name(served: Any) -> None:
    with peer_client(served, 16, peer_security.NoSecurityAuthentication()).session() as session:
        name = peer_get(session, DATA, "0.0.42.0.0.255", 2).value
    assert isinstance(name, bytes)
    assert name[:3].isalpha()


def test_reader_with_lls_reads_name_energy_and_clock(served: Any) -> None:
    authentication = peer_security.LowLevelSecurityAuthentication(b"lectura1")
    with peer_client(served, 2, authentication).session() as session:
        name = peer_get(session, DATA, "0.0.42.0.0.255", 2)
        energy = peer_get(session, REGISTER, "1.0.1.8.0.255", 2)
        clock = peer_get(session, CLOCK, "0.0.1.0.0.255", 2)
    assert name.tag is axdr.DataTag.OCTET_STRING
    assert isinstance(energy.value, int)
    assert energy.value >= 0
    assert isinstance(clock.value, bytes)
    assert len(clock.value) == 12
