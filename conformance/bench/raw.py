"""Hand-made APDUs for the negative cases, byte by byte: they owe nothing to the codec under test.

Source: IEC 62056-5-3 (AARQ, xDLMS InitiateRequest); ITU-T X.690 (BER).
"""

from dataclasses import dataclass

#: Services a logical-name client proposes: GET, SET, ACTION, selective access, blocks, multiple references.
CONFORMANCE_LN = bytes.fromhex("007e1f")
#: Services of a short-name client: read, write, unconfirmed write, multiple references, parameterised access.
CONFORMANCE_SN = bytes.fromhex("1c0220")

#: Mechanisms of authentication by the last arc of their name.
MECHANISM_LLS = 1

_CONTEXT_PREFIX = bytes.fromhex("6085740508 01".replace(" ", ""))
_MECHANISM_PREFIX = bytes.fromhex("608574050802")
_AFTER_CONTEXT, _AFTER_AUTHENTICATION = range(0xA2, 0xAA), (0x9D,)


@dataclass(frozen=True, slots=True)
class AuthenticationShape:
    """The authentication fields of an AARQ, each of which may be missing.

    Args:
        value: the secret or challenge; None to leave it out.
        mechanism: last arc of the mechanism's name; None to leave it out.
        announced: whether sender-acse-requirements asks for authentication.
    """

    value: bytes | None
    mechanism: int | None = MECHANISM_LLS
    announced: bool = True

    def to_bytes(self) -> bytes:
        """The fields."""
        parts = _tlv(0x8A, bytes.fromhex("0780")) if self.announced else b""
        if self.mechanism is not None:
            parts += _tlv(0x8B, _MECHANISM_PREFIX + bytes((self.mechanism,)))
        if self.value is not None:
            parts += _tlv(0xAC, _tlv(0x80, self.value))
        return parts


@dataclass(frozen=True, slots=True)
class AarqShape:
    """An AARQ with anything in it.

    Args:
        context: last arc of the application context name; 1 is logical name without ciphering, 2 short name
            without, 3 logical name with; None to leave the name out.
        dlms_version: 6 is the present one.
        conformance: three octets of proposed services.
        max_pdu: client's largest PDU; 0 is no limit.
        protocol_version: the BIT STRING of ACSE versions as (unused bits, octet), None to leave it out.
        authentication: None for none.
        fields: further fields as (tag, content), in the order of the standard.
        dedicated_key: of the initiate request; None to leave it out.
        quality_of_service: of the initiate request; None to leave it out.
    """

    context: int | None = 1
    dlms_version: int = 6
    conformance: bytes = CONFORMANCE_LN
    max_pdu: int = 0xFFFF
    protocol_version: tuple[int, int] | None = None
    authentication: AuthenticationShape | None = None
    fields: tuple[tuple[int, bytes], ...] = ()
    dedicated_key: bytes | None = None
    quality_of_service: int | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        parts = b""
        if self.protocol_version is not None:
            parts += _tlv(0x80, bytes(self.protocol_version))
        if self.context is not None:
            parts += _tlv(0xA1, _tlv(0x06, _CONTEXT_PREFIX + bytes((self.context,))))
        parts += self._further(_AFTER_CONTEXT)
        if self.authentication is not None:
            parts += self.authentication.to_bytes()
        parts += self._further(_AFTER_AUTHENTICATION)
        return _tlv(0x60, parts + _tlv(0xBE, _tlv(0x04, self._initiate())))

    def _further(self, tags: range | tuple[int, ...]) -> bytes:
        return b"".join(_tlv(tag, content) for tag, content in self.fields if tag in tags)

    def _initiate(self) -> bytes:
        key, quality = self.dedicated_key, self.quality_of_service
        return b"".join(
            (
                b"\x01",
                b"\x00" if key is None else bytes((1, len(key))) + key,
                b"\x00",  # response-allowed: its default
                b"\x00" if quality is None else bytes((1, quality)),
                bytes((self.dlms_version,)),
                bytes.fromhex("5f1f0400") + self.conformance + self.max_pdu.to_bytes(2, "big"),
            )
        )


@dataclass(frozen=True, slots=True)
class AareSeen:
    """What an AARE says: `result` 0 accepted, 1 rejected for good, 2 for now."""

    result: int
    diagnostic: tuple[int, int] | None
    user_information: bytes

    @property
    def accepted(self) -> bool:
        """Whether the association is open."""
        return self.result == 0


@dataclass(frozen=True, slots=True)
class InitiateSeen:
    """What the InitiateResponse in an AARE says."""

    dlms_version: int
    conformance: int
    max_pdu: int
    vaa_name: int


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


def read_initiate(information: bytes) -> InitiateSeen | None:
    """The fields of an InitiateResponse; None where `information` is something else or cut short."""
    if information[:1] != b"\x08" or len(information) < 2:
        return None
    body = information[2:] if information[1] == 0 else information[3:]  # quality of service is optional
    if len(body) < 12:
        return None
    return InitiateSeen(
        body[0],
        int.from_bytes(body[5:8], "big"),
        int.from_bytes(body[8:10], "big"),
        int.from_bytes(body[10:12], "big"),
    )


def get_request(class_id: int, logical_name: bytes, attribute: int) -> bytes:
    """A GET-request-normal."""
    return bytes((0xC0, 0x01, 0xC1)) + _descriptor(class_id, logical_name, attribute) + b"\x00"


def set_request(class_id: int, logical_name: bytes, attribute: int, data: bytes) -> bytes:
    """A SET-request-normal with encoded `data`."""
    return bytes((0xC1, 0x01, 0xC1)) + _descriptor(class_id, logical_name, attribute) + b"\x00" + data


def action_request(class_id: int, logical_name: bytes, method: int, data: bytes | None = None) -> bytes:
    """An ACTION-request-normal, with encoded `data` if any."""
    parameter = b"\x00" if data is None else b"\x01" + data
    return bytes((0xC3, 0x01, 0xC1)) + _descriptor(class_id, logical_name, method) + parameter


def _descriptor(class_id: int, logical_name: bytes, index: int) -> bytes:
    return class_id.to_bytes(2, "big") + logical_name + bytes((index,))


#: Logical device name: an object that every device has, for every client.
LDN = bytes((0, 0, 42, 0, 0, 255))
GET_LDN = get_request(1, LDN, 2)


def octets_field(tag: int, content: bytes) -> tuple[int, bytes]:
    """A field of an AARQ whose content is an OCTET STRING, as titles are."""
    return tag, _tlv(0x04, content)


def integer_field(tag: int, value: int) -> tuple[int, bytes]:
    """A field of an AARQ whose content is an INTEGER of one octet, as invocation ids are."""
    return tag, _tlv(0x02, bytes((value,)))


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
