"""Forms of protected APDUs: the tag for each plain one, and the octets around the sealed ones.

Source: IEC 62056-5-3, glo-, ded- and general- ciphering APDUs
"""

from enum import StrEnum

from protocols.dlms.axdr import encode_length
from protocols.dlms.errors import DecipheringError
from protocols.dlms.xdlms.ciphered import GENERAL_CIPHERING_TAG, SERVICE_TAGS, TITLED_TAGS

GENERAL_GLO, GENERAL_DED = 0xDB, 0xDC
GENERAL_SIGNING_TAG = 0xDF
#: First octets of protected APDUs that stand alone.
PROTECTED_TAGS = frozenset(SERVICE_TAGS) | frozenset(TITLED_TAGS) | {GENERAL_CIPHERING_TAG}

_LONG_FORM = 0x80
_MAX_LENGTH_OCTETS = 4


class Form(StrEnum):
    """Form of a protected APDU: its key, and whether it keeps its service's own tag."""

    GLO = "glo"
    DED = "ded"
    GENERAL_GLO = "general-glo"
    GENERAL_DED = "general-ded"
    GENERAL_CIPHERING = "general-ciphering"

    @property
    def dedicated(self) -> bool:
        """True if the key of the association protects it."""
        return self is Form.DED or self is Form.GENERAL_DED


def _offsets(glo: int, ded: int, plain: tuple[int, ...]) -> dict[int, tuple[int, int]]:
    return {tag: (tag + glo, tag + ded) for tag in plain}


# plain tag -> (glo- tag, ded- tag)
_SERVICES: dict[int, tuple[int, int]] = {
    **_offsets(0x20, 0x40, (1, 5, 6, 8, 12, 13, 14, 22, 24)),
    **_offsets(0x08, 0x10, (0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC7)),
}
GLO_TAGS: dict[int, int] = {plain: tags[0] for plain, tags in _SERVICES.items()}
DED_TAGS: dict[int, int] = {plain: tags[1] for plain, tags in _SERVICES.items()}
# tag of a protected service -> (the plain tag that it holds, its form)
PLAIN_TAGS: dict[int, tuple[int, Form]] = {tag: (plain, Form.GLO) for plain, tag in GLO_TAGS.items()} | {
    tag: (plain, Form.DED) for plain, tag in DED_TAGS.items()
}
#: form -> plain tag -> tag, for the forms in which a service keeps a tag of its own
TAGS_OF: dict[Form, dict[int, int]] = {Form.GLO: GLO_TAGS, Form.DED: DED_TAGS}
_GENERAL: dict[int, Form] = {GENERAL_GLO: Form.GENERAL_GLO, GENERAL_DED: Form.GENERAL_DED}


def enclose(form: Form, plain_tag: int, title: bytes, sealed: bytes) -> bytes:
    """The whole protected APDU.

    A service without a tag of its own in `form` (data-notification, access, exception) travels in the
    general one.

    Args:
        form: of the APDU.
        plain_tag: first octet of what was sealed.
        title: system title of the sender.
        sealed: security header and protected content.
    """
    size = len(sealed)
    length = bytes((size,)) if size < _LONG_FORM else encode_length(size)
    tags = GLO_TAGS if form is Form.GLO else DED_TAGS if form is Form.DED else None
    tag = None if tags is None else tags.get(plain_tag)
    if tag is not None:
        return bytes((tag,)) + length + sealed
    general = GENERAL_DED if form.dedicated else GENERAL_GLO
    return bytes((general, len(title))) + title + length + sealed


def disclose(apdu: bytes) -> tuple[Form, int | None, bytes | None, bytes]:
    """Parts of a protected APDU: form, plain tag (None: any), title (None: not carried), sealed octets.

    Raises:
        DecipheringError: it is not one of these forms, or its lengths do not fit.
    """
    found = PLAIN_TAGS.get(apdu[0])
    if found is not None:
        return found[1], found[0], None, _last_octets(apdu, 1)
    form = _GENERAL.get(apdu[0])
    if form is None or len(apdu) < 2 or apdu[1] >= _LONG_FORM:
        raise DecipheringError(f"tag {apdu[0]:#04x} is no glo-, ded- or general- APDU")
    end = 2 + apdu[1]
    return form, None, apdu[2:end], _last_octets(apdu, end)


def _last_octets(apdu: bytes, start: int) -> bytes:
    """The octet string that begins at `start` and fills the rest."""
    if start >= len(apdu):
        raise DecipheringError("the protected content is missing")
    size, begin = apdu[start], start + 1
    if size >= _LONG_FORM:
        octets = size - _LONG_FORM
        if not 0 < octets <= _MAX_LENGTH_OCTETS:
            raise DecipheringError("the length of the protected content cannot be")
        begin += octets
        size = int.from_bytes(apdu[start + 1 : begin], "big")
    if begin + size != len(apdu):
        raise DecipheringError("the length of the protected content does not fit")
    return apdu[begin:]
