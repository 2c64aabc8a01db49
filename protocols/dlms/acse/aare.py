"""AARE: the server answers an association request.

Source: IEC 62056-5-3, AARE-apdu
"""

from dataclasses import dataclass, field
from typing import ClassVar

from protocols.dlms.acse import ber, user_information
from protocols.dlms.acse.names import ApplicationContextName, MechanismName
from protocols.dlms.acse.user_information import UserInformation
from protocols.dlms.codes import AssociationResult, SourceDiagnostic
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.errors_apdu import ConfirmedServiceError

_PROTOCOL_VERSION = 0x80
_CONTEXT_NAME = 0xA1
_RESULT = 0xA2
_DIAGNOSTIC = 0xA3
_RESPONDING_AP_TITLE = 0xA4
_REQUIREMENTS = 0x88
_MECHANISM = 0x89
_AUTHENTICATION_VALUE = 0xAA
_CHOICE = 0xA0
_IGNORED: dict[int, str] = {
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


_FIELDS: ber.Fields = {
    _PROTOCOL_VERSION: ("protocol-version", ber.read_bits),
    _CONTEXT_NAME: ("application-context-name", ber.read_object_identifier(ApplicationContextName)),
    _RESULT: ("result", _read_result),
    _DIAGNOSTIC: ("result-source-diagnostic", _read_diagnostic),
    _RESPONDING_AP_TITLE: ("responding-ap-title", ber.read_title),
    _REQUIREMENTS: ("responder-acse-requirements", ber.read_bits),
    _MECHANISM: ("mechanism-name", ber.read_object_identifier(MechanismName, implicit=True)),
    _AUTHENTICATION_VALUE: ("responding-authentication-value", ber.read_authentication_value),
    user_information.TAG: ("user-information", user_information.read),
    **{tag: (name, ber.read_opaque) for tag, name in _IGNORED.items()},
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
        found = ber.read_fields(reader, _FIELDS)
        for tag in (_RESULT, _DIAGNOSTIC):
            if tag not in found:
                raise DecodeError(f"aare: {_FIELDS[tag][0]} is missing")
        return cls(
            found[_RESULT],
            found[_DIAGNOSTIC],
            found.get(_CONTEXT_NAME),
            found.get(user_information.TAG),
            found.get(_MECHANISM),
            found.get(_AUTHENTICATION_VALUE),
            found.get(_REQUIREMENTS),
            found.get(_PROTOCOL_VERSION),
            found.get(_RESPONDING_AP_TITLE),
            tuple(sorted((tag, value) for tag, value in found.items() if tag in _IGNORED)),
        )

    @property
    def accepted(self) -> bool:
        """Whether there is an association now."""
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
            (_REQUIREMENTS, ber.if_present(self.responder_acse_requirements, ber.bits_bytes)),
            (_MECHANISM, self.mechanism_name),
            (_AUTHENTICATION_VALUE, ber.if_present(self.authentication_value, ber.charstring)),
        ]
        return ber.apdu(self.tag, fields, user_information.encode(self.user_information))
