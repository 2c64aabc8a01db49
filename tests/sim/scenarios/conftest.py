"""Worlds and what may be asked of their meter in raw bytes."""

import pytest

from sim.scenarios.world import World

#: AARQ of the public client: logical name referencing, no authentication.
AARQ = bytes.fromhex("601d a109060760857405080101 be10040e01000000065f1f0400007e1fffff")


def wrapped(apdu: bytes, client_sap: int = 16) -> bytes:
    """`apdu` to server SAP 1 in a wrapper PDU. Source: IEC 62056-47, version 1."""
    return b"".join(value.to_bytes(2, "big") for value in (1, client_sap, 1, len(apdu))) + apdu


@pytest.fixture
def aarq() -> bytes:
    """An association request, wrapped."""
    return wrapped(AARQ)


@pytest.fixture
def snrm() -> bytes:
    """An HDLC SNRM from client 16 to logical 1, physical 17, without parameters; FCS of ISO/IEC 13239."""
    body = bytes([0xA0, 0x08, 0x02, 0x23, 0x21, 0x93])
    return b"\x7e" + body + _fcs(body) + b"\x7e"


def _fcs(data: bytes) -> bytes:
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return (value ^ 0xFFFF).to_bytes(2, "little")


@pytest.fixture
def world() -> World:
    return World(seed=1)
