"""The device that peers are tried on: every mechanism and suite has a client address, every value is known.

All secrets are made up here and worth nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem import (
    AccessError,
    AssociationProfile,
    CaptureObject,
    Clock,
    CosemObject,
    DataObject,
    DisconnectControl,
    EntrySelection,
    LogicalDevice,
    Mechanism,
    ProfileGeneric,
    RangeSelection,
    Register,
    Selection,
    constant,
    full_access,
    read_only,
)
from protocols.dlms.obis import Obis
from protocols.dlms.security import DeviceSecurity, KeySet, SecuritySuite
from protocols.dlms.security.ecdsa import EcdsaSigner, KeyPair

SERVER_SAP = 1
SECRET = b"a shared secret!"
SERVER_TITLE, CLIENT_TITLE = b"AMB\0\0\0\0\1", b"AMBLAB\0\2"
ENERGY, CLOCK, RELAY = (Obis.from_string(text) for text in ("1.0.1.8.0", "0.0.1.0.0", "0.0.96.3.10"))
MESSAGE, LONG, TYPES, PROFILE = (
    Obis.from_string(text) for text in ("0.0.96.13.0", "0.0.96.1.1", "0.0.96.1.2", "1.0.99.1.0")
)
ENERGY_WH, ROWS, LONG_OCTETS = 1362, 96, 3000
INSTANT = bytes.fromhex("07ea0101040c0000 00012c00".replace(" ", ""))

#: Client addresses of the laboratory.
SAPS: dict[str, int] = {
    "none": 16,
    "lls": 2,
    "hls-md5": 20,
    "hls-sha1": 21,
    "hls-sha256": 22,
    "hls-gmac": 1,
    "hls-ecdsa": 24,
    "suite-1": 25,
    "suite-2": 26,
}


def keys_of(suite: SecuritySuite) -> KeySet:
    """The keys of a suite."""
    octets = suite.key_octets
    return KeySet(guek=bytes(range(octets)), gak=bytes(range(0x80, 0x80 + octets)), kek=bytes(octets))


def signing_scalar(side: str) -> bytes:
    """The private key of a side of ECDSA, a number that all may know."""
    return {"client": 7, "server": 11}[side].to_bytes(40, "big")


def signing_pair(side: str) -> KeyPair:
    """The key pair of a side."""
    return KeyPair.from_scalar(SecuritySuite.SUITE_1, signing_scalar(side))


def everyday_octets() -> Callable[[int], bytes]:
    """Challenges that differ and are the same in every run."""
    numbers = count(0x1234)
    return lambda size: (next(numbers).to_bytes(4, "big") * size)[:size]


def row(number: int) -> Data:
    """One of the rows of the profile, a quarter of an hour apart, from 0 on."""
    hour, quarter = divmod(number, 4)
    instant = INSTANT[:5] + bytes((hour, 15 * quarter)) + INSTANT[7:]
    return axdr.structure(axdr.octet_string(instant), axdr.double_long_unsigned(1000 + number))


TYPED = axdr.structure(
    axdr.null(),
    axdr.boolean(True),
    axdr.bit_string("10110011"),
    axdr.double_long(-70000),
    axdr.double_long_unsigned(4_000_000_000),
    axdr.octet_string(b"\x01\x02"),
    axdr.visible_string("kWh"),
    axdr.utf8_string("año"),
    axdr.integer(-3),
    axdr.long(-300),
    axdr.unsigned(200),
    axdr.long_unsigned(60_000),
    axdr.long64(-5_000_000_000),
    axdr.long64_unsigned(18_000_000_000_000_000_000),
    axdr.enum(3),
    axdr.float32(1.5),
    axdr.float64(-2.25),
    axdr.array(axdr.unsigned(1), axdr.unsigned(2)),
)


@dataclass
class Lab:
    """The device's state; what peers changed can be looked at."""

    message: bytes = b"hola"
    long: bytes = bytes(value % 251 for value in range(LONG_OCTETS))
    clock: bytes = INSTANT
    calls: list[int] = field(default_factory=list)

    def device(self) -> LogicalDevice:
        """The logical device."""
        objects = (
            CosemObject(
                Register,
                ENERGY,
                {
                    2: constant(axdr.double_long_unsigned(ENERGY_WH)),
                    3: constant(axdr.structure(axdr.integer(0), axdr.enum(30))),
                },
            ),
            CosemObject(
                DataObject,
                MESSAGE,
                {2: lambda _: axdr.octet_string(self.message)},
                {2: self._setter("message")},
            ),
            CosemObject(
                DataObject, LONG, {2: lambda _: axdr.octet_string(self.long)}, {2: self._setter("long")}
            ),
            CosemObject(DataObject, TYPES, {2: constant(TYPED)}),
            CosemObject(ProfileGeneric, PROFILE, _profile()),
            CosemObject(
                Clock, CLOCK, {2: lambda _: axdr.octet_string(self.clock)}, {2: self._setter("clock")}
            ),
            CosemObject(
                DisconnectControl,
                RELAY,
                {2: constant(axdr.boolean(True)), 3: constant(axdr.enum(1)), 4: constant(axdr.enum(4))},
                methods={number: self._method(number) for number in (1, 2)},
            ),
        )
        return LogicalDevice(SERVER_SAP, b"AMB0000000000001", objects, tuple(_associations()))

    def _setter(self, name: str) -> Callable[[Data], None]:
        def setter(value: Data) -> None:
            if value.tag not in (DataTag.OCTET_STRING, DataTag.DATE_TIME):
                raise AccessError(DataAccessResult.TYPE_UNMATCHED)
            setattr(self, name, value.value)

        return setter

    def _method(self, number: int) -> Callable[[Data | None], None]:
        def invoke(_parameter: Data | None) -> None:
            self.calls.append(number)

        return invoke


def _profile() -> dict[int, Callable[[Selection | None], Data]]:
    captured = (CaptureObject(8, CLOCK, 2), CaptureObject(3, ENERGY, 2))
    constants = {
        3: axdr.array(*(item.to_data() for item in captured)),
        4: axdr.double_long_unsigned(900),
        5: axdr.enum(1),
        6: captured[0].to_data(),
        7: axdr.double_long_unsigned(ROWS),
        8: axdr.double_long_unsigned(ROWS),
    }
    return {2: _rows, **{index: constant(value) for index, value in constants.items()}}


def _rows(selection: Selection | None) -> Data:
    first, last = 1, ROWS
    if isinstance(selection, EntrySelection):
        first, last = selection.from_entry, selection.to_entry or ROWS
    rows = [row(number - 1) for number in range(max(first, 1), min(last, ROWS) + 1)]
    if isinstance(selection, RangeSelection):
        low, high = _when(selection.from_value), _when(selection.to_value)
        rows = [kept for kept in rows if low <= _when(kept.value[0]) <= high]  # type: ignore[index,arg-type]
    return axdr.array(*rows)


def _when(value: Data) -> bytes:
    """Year to second of a date-time, without the day of the week."""
    raw = value.value
    assert isinstance(raw, bytes)
    return raw[:4] + raw[5:8]


def _associations() -> list[AssociationProfile]:
    profiles = [
        AssociationProfile(SAPS["none"], rights=read_only),
        AssociationProfile(SAPS["lls"], Mechanism.LLS, SECRET, full_access),
        AssociationProfile(SAPS["hls-md5"], Mechanism.HLS_MD5, SECRET, full_access),
        AssociationProfile(SAPS["hls-sha1"], Mechanism.HLS_SHA1, SECRET, full_access),
    ]
    strong = (
        ("hls-sha256", Mechanism.HLS_SHA256, SecuritySuite.SUITE_0),
        ("hls-gmac", Mechanism.HLS_GMAC, SecuritySuite.SUITE_0),
        ("hls-ecdsa", Mechanism.HLS_ECDSA, SecuritySuite.SUITE_1),
        ("suite-1", Mechanism.HLS_GMAC, SecuritySuite.SUITE_1),
        ("suite-2", Mechanism.HLS_GMAC, SecuritySuite.SUITE_2),
    )
    for name, mechanism, suite in strong:
        security = DeviceSecurity(SERVER_TITLE, keys_of(suite), suite=suite, signer=_server_signer(mechanism))
        profiles.append(AssociationProfile(SAPS[name], mechanism, SECRET, full_access, security))
    return profiles


def _server_signer(mechanism: Mechanism) -> EcdsaSigner | None:
    if mechanism is not Mechanism.HLS_ECDSA:
        return None
    return EcdsaSigner(signing_pair("server"), signing_pair("client").public_key)
