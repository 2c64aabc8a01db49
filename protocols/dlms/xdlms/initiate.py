"""The initiate service: what client and server may use of xDLMS in an association.

Source: IEC 62056-5-3, InitiateRequest, InitiateResponse
"""

from dataclasses import dataclass, field
from typing import ClassVar

from protocols.dlms import conformance_block
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.fields import octets, optional, read_boolean, read_octets, read_optional

DLMS_VERSION = 6
VAA_NAME_LN = 0x0007
VAA_NAME_SN = 0xFA00
# A client that says 0 receives PDUs of any size.
UNLIMITED_PDU = 0
MIN_PDU_OCTETS = 12


def _read_key(reader: Reader) -> bytes:
    return read_octets(reader, "dedicated-key")


def _read_allowed(reader: Reader) -> bool:
    return read_boolean(reader, "response-allowed")


def _read_quality(reader: Reader) -> int:
    return reader.i8("quality-of-service")


@dataclass(frozen=True, slots=True)
class InitiateRequest:
    """Initiate request: the terms that the client proposes.

    Args:
        conformance: services it would use.
        max_receive_pdu: octets of the longest APDU it takes, 0 for any.
        version: DLMS version, 6.
        dedicated_key: key for this association only; of no use in an unciphered context; never shown.
        response_allowed: False only in an unconfirmed association; None when left to its default, true.
        quality_of_service: not used by DLMS.
    """

    tag: ClassVar[int] = 0x01
    name: ClassVar[str] = "initiate-request"
    conformance: Conformance
    max_receive_pdu: int
    version: int = DLMS_VERSION
    dedicated_key: bytes | None = field(default=None, repr=False)
    response_allowed: bool | None = None
    quality_of_service: int | None = None

    @classmethod
    def read(cls, reader: Reader) -> "InitiateRequest":
        """Read what follows the tag."""
        key = read_optional(reader, "dedicated-key", _read_key)
        allowed = read_optional(reader, "response-allowed", _read_allowed)
        quality = read_optional(reader, "proposed-quality-of-service", _read_quality)
        version = reader.u8("proposed-dlms-version-number")
        conformance = conformance_block.read(reader, "proposed-conformance")
        return cls(conformance, reader.u16("client-max-receive-pdu-size"), version, key, allowed, quality)

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        key = None if self.dedicated_key is None else octets(self.dedicated_key)
        allowed = None if self.response_allowed is None else bytes((self.response_allowed,))
        quality = (
            None
            if self.quality_of_service is None
            else self.quality_of_service.to_bytes(1, "big", signed=True)
        )
        head = (
            bytes((self.tag,))
            + optional(key)
            + optional(allowed)
            + optional(quality)
            + bytes((self.version,))
        )
        return head + conformance_block.encode(self.conformance) + self.max_receive_pdu.to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class InitiateResponse:
    """Initiate response: the terms that the server grants.

    Args:
        conformance: services that may be used.
        max_receive_pdu: octets of the longest APDU that the server takes, 0 for any.
        version: DLMS version, 6.
        vaa_name: 0x0007 for logical names, 0xFA00 for short names.
        quality_of_service: not used by DLMS.
    """

    tag: ClassVar[int] = 0x08
    name: ClassVar[str] = "initiate-response"
    conformance: Conformance
    max_receive_pdu: int
    version: int = DLMS_VERSION
    vaa_name: int = VAA_NAME_LN
    quality_of_service: int | None = None

    @classmethod
    def read(cls, reader: Reader) -> "InitiateResponse":
        """Read what follows the tag."""
        quality = read_optional(reader, "negotiated-quality-of-service", _read_quality)
        version = reader.u8("negotiated-dlms-version-number")
        conformance = conformance_block.read(reader, "negotiated-conformance")
        return cls(
            conformance, reader.u16("server-max-receive-pdu-size"), version, reader.u16("vaa-name"), quality
        )

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        quality = (
            None
            if self.quality_of_service is None
            else self.quality_of_service.to_bytes(1, "big", signed=True)
        )
        head = bytes((self.tag,)) + optional(quality) + bytes((self.version,))
        sizes = self.max_receive_pdu.to_bytes(2, "big") + self.vaa_name.to_bytes(2, "big")
        return head + conformance_block.encode(self.conformance) + sizes
