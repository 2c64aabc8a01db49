"""The user-information field: an octet string that holds an xDLMS APDU.

Source: IEC 62056-5-3, Association-information
"""

from collections.abc import Callable

from protocols.dlms.acse import ber
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.ciphered import TAGS, Ciphered
from protocols.dlms.xdlms.errors_apdu import ConfirmedServiceError
from protocols.dlms.xdlms.initiate import InitiateRequest, InitiateResponse

TAG = 0xBE
_OCTET_STRING = 0x04

UserInformation = InitiateRequest | InitiateResponse | ConfirmedServiceError | Ciphered

_READERS: dict[int, tuple[str, Callable[[Reader], UserInformation]]] = {
    kind.tag: (kind.name, kind.read) for kind in (InitiateRequest, InitiateResponse, ConfirmedServiceError)
}


def read(reader: Reader) -> UserInformation:
    """Read the octet string and the APDU in it.

    Raises:
        DecodeError: the octet string holds something else.
    """
    if reader.u8("tag") != _OCTET_STRING:
        raise DecodeError("user-information: an octet string is expected", position=reader.pos - 1)
    with reader.within(reader.length(), "octet-string"):
        tag = reader.peek_u8()
        with reader.group("xdlms-apdu") as group:
            reader.u8("tag")
            if tag in TAGS:
                group.name = TAGS[tag]
                return Ciphered.read(reader, tag)
            if tag not in _READERS:
                raise DecodeError(f"user-information: an APDU with tag {tag!r} does not belong here")
            group.name, read_apdu = _READERS[tag]
            return read_apdu(reader)


def encode(value: UserInformation | None) -> bytes:
    """The whole field; nothing when absent."""
    return b"" if value is None else ber.tlv(TAG, ber.octet_string(value.to_bytes()))
