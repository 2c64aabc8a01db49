"""ACSE: associations are asked for (AARQ), answered (AARE) and released (RLRQ, RLRE)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, TypeVar

from protocols.dlms import ber
from protocols.dlms.codes import (
    AssociationResult,
    Code,
    ReleaseRequestReason,
    ReleaseResponseReason,
    SourceDiagnostic,
)
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.ciphered import TAGS, Ciphered
from protocols.dlms.xdlms.error_responses import ConfirmedServiceError
from protocols.dlms.xdlms.initiate import InitiateRequest, InitiateResponse

# Object identifiers of application contexts and authentication mechanisms.
#
# Source: IEC 62056-5-3, 7 (names of the COSEM application contexts and mechanisms)

# joint-iso-ccitt(2) country(16) country-name(756) identified-organisation(5) DLMS-UA(8), content octets
_DLMS_UA = bytes.fromhex("6085740508")


class ApplicationContextName(Enum):
    """Application context: logical or short names, plain or ciphered."""

    LN_NO_CIPHERING = _DLMS_UA + bytes((1, 1))
    SN_NO_CIPHERING = _DLMS_UA + bytes((1, 2))
    LN_CIPHERING = _DLMS_UA + bytes((1, 3))
    SN_CIPHERING = _DLMS_UA + bytes((1, 4))


class MechanismName(Enum):
    """Authentication mechanism."""

    NONE = _DLMS_UA + bytes((2, 0))
    LLS = _DLMS_UA + bytes((2, 1))
    HLS = _DLMS_UA + bytes((2, 2))
    HLS_MD5 = _DLMS_UA + bytes((2, 3))
    HLS_SHA1 = _DLMS_UA + bytes((2, 4))
    HLS_GMAC = _DLMS_UA + bytes((2, 5))
    HLS_SHA256 = _DLMS_UA + bytes((2, 6))
    HLS_ECDSA = _DLMS_UA + bytes((2, 7))


# The user-information field: an octet string that holds an xDLMS APDU.
#
# Source: IEC 62056-5-3, Association-information

USER_INFORMATION_TAG = 0xBE
_OCTET_STRING = 0x04

UserInformation = InitiateRequest | InitiateResponse | ConfirmedServiceError | Ciphered

_READERS: dict[int, tuple[str, Callable[[Reader], UserInformation]]] = {
    kind.tag: (kind.name, kind.read) for kind in (InitiateRequest, InitiateResponse, ConfirmedServiceError)
}


def read_user_information(reader: Reader) -> UserInformation:
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


def encode_user_information(value: UserInformation | None) -> bytes:
    """The whole field; nothing when absent."""
    return b"" if value is None else ber.tlv(USER_INFORMATION_TAG, ber.octet_string(value.to_bytes()))


# AARE: the server answers an association request.
#
# Source: IEC 62056-5-3, AARE-apdu

_PROTOCOL_VERSION = 0x80
_CONTEXT_NAME = 0xA1
_RESULT = 0xA2
_DIAGNOSTIC = 0xA3
_RESPONDING_AP_TITLE = 0xA4
_RESPONDER_REQUIREMENTS = 0x88
_AARE_MECHANISM = 0x89
_RESPONDING_AUTHENTICATION = 0xAA
_CHOICE = 0xA0
_AARE_IGNORED: dict[int, str] = {
    0xA5: "responding-ae-qualifier",
    0xA6: "responding-ap-invocation-id",
    0xA7: "responding-ae-invocation-id",
    0xBD: "implementation-information",
}


def _read_result(reader: Reader) -> AssociationResult:
    value = ber.read_integer(reader)
    try:
        return AssociationResult(value)
    except ValueError:
        raise DecodeError(f"result: {value} has no meaning", code=value) from None


def _read_diagnostic(reader: Reader) -> SourceDiagnostic:
    source = reader.u8("choice (1 acse-service-user, 2 acse-service-provider)") - _CHOICE
    with reader.within(reader.length(), "diagnostic") as group:
        value = ber.read_integer(reader)
        try:
            diagnostic = SourceDiagnostic((source, value))
        except ValueError:
            raise DecodeError(
                f"result-source-diagnostic: {source}, {value} has no meaning", code=value
            ) from None
        group.value = diagnostic.label
    return diagnostic


_AARE_FIELDS: ber.Fields = {
    _PROTOCOL_VERSION: ("protocol-version", ber.read_bits),
    _CONTEXT_NAME: ("application-context-name", ber.read_object_identifier(ApplicationContextName)),
    _RESULT: ("result", _read_result),
    _DIAGNOSTIC: ("result-source-diagnostic", _read_diagnostic),
    _RESPONDING_AP_TITLE: ("responding-ap-title", ber.read_title),
    _RESPONDER_REQUIREMENTS: ("responder-acse-requirements", ber.read_bits),
    _AARE_MECHANISM: ("mechanism-name", ber.read_object_identifier(MechanismName, implicit=True)),
    _RESPONDING_AUTHENTICATION: ("responding-authentication-value", ber.read_authentication_value),
    USER_INFORMATION_TAG: ("user-information", read_user_information),
    **{tag: (name, ber.read_opaque) for tag, name in _AARE_IGNORED.items()},
}


@dataclass(frozen=True, slots=True)
class Aare:
    """An association response; fields as in `Aarq`, with the result and who gave it why."""

    tag: ClassVar[int] = 0x61
    name: ClassVar[str] = "aare"
    result: AssociationResult
    diagnostic: SourceDiagnostic
    application_context_name: bytes | None = ApplicationContextName.LN_NO_CIPHERING.value
    user_information: UserInformation | None = None
    mechanism_name: bytes | None = None
    authentication_value: bytes | None = field(default=None, repr=False)
    responder_acse_requirements: str | None = None
    protocol_version: str | None = None
    responding_ap_title: bytes | None = None
    ignored: tuple[tuple[int, bytes], ...] = ()

    @classmethod
    def read(cls, reader: Reader) -> "Aare":
        """Read what follows the tag."""
        found = ber.read_fields(reader, _AARE_FIELDS)
        for tag in (_RESULT, _DIAGNOSTIC):
            if tag not in found:
                raise DecodeError(f"aare: {_AARE_FIELDS[tag][0]} is missing")
        return cls(
            found[_RESULT],
            found[_DIAGNOSTIC],
            found.get(_CONTEXT_NAME),
            found.get(USER_INFORMATION_TAG),
            found.get(_AARE_MECHANISM),
            found.get(_RESPONDING_AUTHENTICATION),
            found.get(_RESPONDER_REQUIREMENTS),
            found.get(_PROTOCOL_VERSION),
            found.get(_RESPONDING_AP_TITLE),
            tuple(sorted((tag, value) for tag, value in found.items() if tag in _AARE_IGNORED)),
        )

    @property
    def accepted(self) -> bool:
        """True if there is an association now."""
        return self.result is AssociationResult.ACCEPTED

    @property
    def summary(self) -> str:
        """One line for people."""
        error = self.user_information
        detail = f", {error.summary}" if isinstance(error, ConfirmedServiceError) else ""
        return f"{self.result.label}, {self.diagnostic.label}{detail}"

    def to_bytes(self) -> bytes:
        """The whole APDU, fields in the standard's order."""
        source, code = self.diagnostic.value
        fields: list[tuple[int, bytes | None]] = [
            *self.ignored,
            (_PROTOCOL_VERSION, ber.if_present(self.protocol_version, ber.bits_bytes)),
            (_CONTEXT_NAME, ber.if_present(self.application_context_name, ber.object_identifier)),
            (_RESULT, ber.integer(self.result)),
            (_DIAGNOSTIC, ber.tlv(_CHOICE + source, ber.integer(code))),
            (_RESPONDING_AP_TITLE, self.responding_ap_title),
            (_RESPONDER_REQUIREMENTS, ber.if_present(self.responder_acse_requirements, ber.bits_bytes)),
            (_AARE_MECHANISM, self.mechanism_name),
            (_RESPONDING_AUTHENTICATION, ber.if_present(self.authentication_value, ber.charstring)),
        ]
        return ber.apdu(self.tag, fields, encode_user_information(self.user_information))


# AARQ: the client asks for an association.
#
# Source: IEC 62056-5-3, AARQ-apdu

_CALLING_AP_TITLE = 0xA6
_SENDER_REQUIREMENTS = 0x8A
_AARQ_MECHANISM = 0x8B
_CALLING_AUTHENTICATION = 0xAC

# Titles, qualifiers and invocation ids that this codec keeps but does not look at.
_AARQ_IGNORED: dict[int, str] = {
    0xA2: "called-ap-title",
    0xA3: "called-ae-qualifier",
    0xA4: "called-ap-invocation-id",
    0xA5: "called-ae-invocation-id",
    0xA7: "calling-ae-qualifier",
    0xA8: "calling-ap-invocation-id",
    0xA9: "calling-ae-invocation-id",
    0xBD: "implementation-information",
}
AUTHENTICATION_REQUIREMENT = "1"


_AARQ_FIELDS: ber.Fields = {
    _PROTOCOL_VERSION: ("protocol-version", ber.read_bits),
    _CONTEXT_NAME: ("application-context-name", ber.read_object_identifier(ApplicationContextName)),
    _CALLING_AP_TITLE: ("calling-ap-title", ber.read_title),
    _SENDER_REQUIREMENTS: ("sender-acse-requirements", ber.read_bits),
    _AARQ_MECHANISM: ("mechanism-name", ber.read_object_identifier(MechanismName, implicit=True)),
    _CALLING_AUTHENTICATION: ("calling-authentication-value", ber.read_authentication_value),
    USER_INFORMATION_TAG: ("user-information", read_user_information),
    **{tag: (name, ber.read_opaque) for tag, name in _AARQ_IGNORED.items()},
}


@dataclass(frozen=True, slots=True)
class Aarq:
    """An association request.

    Args:
        application_context_name: content octets of the object identifier, None when absent.
        user_information: the InitiateRequest, as a rule.
        mechanism_name: content octets of the object identifier, None when absent.
        authentication_value: password or challenge; never shown.
        sender_acse_requirements: bits; the first asks for authentication.
        protocol_version: bits; the first stands for version 1, which is also the default.
        calling_ap_title: content of the field, as it came; an octet string with the system title, as a rule.
        ignored: other fields as (tag, content), in the order of their tags.
    """

    tag: ClassVar[int] = 0x60
    name: ClassVar[str] = "aarq"
    application_context_name: bytes | None = ApplicationContextName.LN_NO_CIPHERING.value
    user_information: UserInformation | None = None
    mechanism_name: bytes | None = None
    authentication_value: bytes | None = field(default=None, repr=False)
    sender_acse_requirements: str | None = None
    protocol_version: str | None = None
    calling_ap_title: bytes | None = None
    ignored: tuple[tuple[int, bytes], ...] = ()

    @classmethod
    def read(cls, reader: Reader) -> "Aarq":
        """Read what follows the tag."""
        found = ber.read_fields(reader, _AARQ_FIELDS)
        return cls(
            found.get(_CONTEXT_NAME),
            found.get(USER_INFORMATION_TAG),
            found.get(_AARQ_MECHANISM),
            found.get(_CALLING_AUTHENTICATION),
            found.get(_SENDER_REQUIREMENTS),
            found.get(_PROTOCOL_VERSION),
            found.get(_CALLING_AP_TITLE),
            tuple(sorted((tag, value) for tag, value in found.items() if tag in _AARQ_IGNORED)),
        )

    @classmethod
    def with_password(cls, password: bytes, initiate: UserInformation) -> "Aarq":
        """A request with low level security."""
        return cls(
            user_information=initiate,
            mechanism_name=MechanismName.LLS.value,
            authentication_value=password,
            sender_acse_requirements=AUTHENTICATION_REQUIREMENT,
        )

    @property
    def asks_authentication(self) -> bool:
        """True if the authentication functional unit is asked for."""
        return (self.sender_acse_requirements or "").startswith(AUTHENTICATION_REQUIREMENT)

    def to_bytes(self) -> bytes:
        """The whole APDU, fields in the standard's order."""
        fields: list[tuple[int, bytes | None]] = [
            *self.ignored,
            (_PROTOCOL_VERSION, ber.if_present(self.protocol_version, ber.bits_bytes)),
            (_CONTEXT_NAME, ber.if_present(self.application_context_name, ber.object_identifier)),
            (_CALLING_AP_TITLE, self.calling_ap_title),
            (_SENDER_REQUIREMENTS, ber.if_present(self.sender_acse_requirements, ber.bits_bytes)),
            (_AARQ_MECHANISM, self.mechanism_name),
            (_CALLING_AUTHENTICATION, ber.if_present(self.authentication_value, ber.charstring)),
        ]
        return ber.apdu(self.tag, fields, encode_user_information(self.user_information))


# RLRQ and RLRE: the client gives the association up, the server agrees; both may be empty.
#
# Source: IEC 62056-5-3, RLRQ-apdu, RLRE-apdu

_REASON = 0x80

C = TypeVar("C", bound=Code)


def _read_reason(reader: Reader) -> int:
    return int.from_bytes(reader.rest("reason"), "big")


_RELEASE_FIELDS: ber.Fields = {
    _REASON: ("reason", _read_reason),
    USER_INFORMATION_TAG: ("user-information", read_user_information),
}


def _read_release(reader: Reader, kind: type[C]) -> tuple[C | None, UserInformation | None]:
    found = ber.read_fields(reader, _RELEASE_FIELDS)
    reason = found.get(_REASON)
    try:
        return (None if reason is None else kind(reason)), found.get(USER_INFORMATION_TAG)
    except ValueError:
        raise DecodeError(f"reason: {reason} has no meaning", code=reason) from None


def _encode_release(tag: int, reason: Code | None, information: UserInformation | None) -> bytes:
    content = None if reason is None else bytes((reason,))
    return ber.apdu(tag, [(_REASON, content)], encode_user_information(information))


@dataclass(frozen=True, slots=True)
class Rlrq:
    """A release request; everything in it may be absent."""

    tag: ClassVar[int] = 0x62
    name: ClassVar[str] = "rlrq"
    reason: ReleaseRequestReason | None = None
    user_information: UserInformation | None = None

    @classmethod
    def read(cls, reader: Reader) -> "Rlrq":
        """Read what follows the tag."""
        return cls(*_read_release(reader, ReleaseRequestReason))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return _encode_release(self.tag, self.reason, self.user_information)


@dataclass(frozen=True, slots=True)
class Rlre:
    """A release response; everything in it may be absent."""

    tag: ClassVar[int] = 0x63
    name: ClassVar[str] = "rlre"
    reason: ReleaseResponseReason | None = None
    user_information: UserInformation | None = None

    @classmethod
    def read(cls, reader: Reader) -> "Rlre":
        """Read what follows the tag."""
        return cls(*_read_release(reader, ReleaseResponseReason))

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        return _encode_release(self.tag, self.reason, self.user_information)


# Content of the fields of an AARQ or AARE in a ciphered context.

# octet string of 8 octets, a system title
_TITLE_OCTETS = 8
_TITLE_FIELD_START = bytes((0x04, _TITLE_OCTETS))


def title_in(field_content: bytes | None) -> bytes | None:
    """The system title in an AP title field; None when there is none of 8 octets."""
    if field_content is None or field_content[:2] != _TITLE_FIELD_START:
        return None
    title = field_content[2:]
    return title if len(title) == _TITLE_OCTETS else None


def title_field(title: bytes) -> bytes:
    """Content of an AP title field."""
    return _TITLE_FIELD_START + title


def ciphered_information(apdu: bytes) -> Ciphered:
    """A protected APDU as user-information."""
    return Ciphered.read(Reader(apdu[1:]), apdu[0])
