"""Hand-made APDUs for the negative cases, byte by byte: they owe nothing to the codec under test.

Source: IEC 62056-5-3 (AARQ, xDLMS InitiateRequest); ITU-T X.690 (BER).
"""

from dataclasses import dataclass

#: Services a logical-name client proposes: GET, SET, ACTION, selective access, blocks, multiple references.
CONFORMANCE_LN = bytes.fromhex("007e1f")

_CONTEXT_PREFIX = bytes.fromhex("6085740508 01".replace(" ", ""))
_LOW_LEVEL = bytes.fromhex("60857405080201")


@dataclass(frozen=True, slots=True)
class AarqShape:
    """An AARQ with anything in it.

    Args:
        context: last arc of the application context name; 1 is logical name without ciphering.
        dlms_version: 6 is the present one.
        conformance: three octets of proposed services.
        max_pdu: client's largest PDU; 0 is no limit.
        protocol_version: the BIT STRING of ACSE versions as (unused bits, octet), None to leave it out.
        password: LLS secret; None for no authentication.
    """

    context: int = 1
    dlms_version: int = 6
    conformance: bytes = CONFORMANCE_LN
    max_pdu: int = 0xFFFF
    protocol_version: tuple[int, int] | None = None
    password: bytes | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        parts = b""
        if self.protocol_version is not None:
            parts += _tlv(0x80, bytes(self.protocol_version))
        parts += _tlv(0xA1, _tlv(0x06, _CONTEXT_PREFIX + bytes((self.context,))))
        if self.password is not None:
            parts += _tlv(0x8A, bytes.fromhex("0780")) + _tlv(0x8B, _LOW_LEVEL)
            parts += _tlv(0xAC, _tlv(0x80, self.password))
        services = bytes.fromhex("5f1f0400") + self.conformance + self.max_pdu.to_bytes(2, "big")
        initiate = bytes((0x01, 0x00, 0x00, 0x00, self.dlms_version)) + services
        return _tlv(0x60, parts + _tlv(0xBE, _tlv(0x04, initiate)))


@dataclass(frozen=True, slots=True)
class AareSeen:
    """What an AARE says: `result` 0 accepted, 1 rejected for good, 2 for now."""

    result: int
    diagnostic: tuple[int, int] | None
    user_information: bytes


def read_aare(raw: bytes) -> AareSeen | None:
    """The fields of an AARE; None where `raw` is something else."""
    if not raw or raw[0] != 0x61:
        return None
    fields = dict(_elements(_content(raw)))
    if 0xA2 not in fields:
        return None
    source = next(iter(_elements(fields.get(0xA3, b""))), None)
    diagnostic = None
    if source is not None:
        diagnostic = (source[0] & 0x1F, int.from_bytes(_content(source[1]), "big"))
    user = fields.get(0xBE, b"")
    return AareSeen(
        int.from_bytes(_content(fields[0xA2]), "big"), diagnostic, _content(user) if user else b""
    )


def get_request(class_id: int, logical_name: bytes, attribute: int) -> bytes:
    """A GET-request-normal."""
    return bytes((0xC0, 0x01, 0xC1)) + class_id.to_bytes(2, "big") + logical_name + bytes((attribute, 0x00))


#: Logical device name, attribute 2: an object that every device has, for every client.
GET_LDN = get_request(1, bytes((0, 0, 42, 0, 0, 255)), 2)


def _tlv(tag: int, content: bytes) -> bytes:
    length = bytes((len(content),)) if len(content) < 0x80 else bytes((0x81, len(content)))
    return bytes((tag,)) + length + content


def _content(raw: bytes) -> bytes:
    """Content of one element."""
    return next(iter(_elements(raw)), (0, b""))[1]


def _elements(raw: bytes) -> list[tuple[int, bytes]]:
    """The elements in `raw`; what is cut short is left out."""
    found, position = [], 0
    while position + 2 <= len(raw):
        tag, length, start = raw[position], raw[position + 1], position + 2
        if length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(raw[start : start + size], "big"), start + size
        if start + length > len(raw):
            break
        found.append((tag, raw[start : start + length]))
        position = start + length
    return found
