"""AARQ: the client asks for an association.

Source: IEC 62056-5-3, AARQ-apdu
"""

from dataclasses import dataclass, field
from typing import ClassVar

from protocols.dlms.acse import ber, user_information
from protocols.dlms.acse.names import ApplicationContextName, MechanismName
from protocols.dlms.acse.user_information import UserInformation
from protocols.dlms.reader import Reader

_PROTOCOL_VERSION = 0x80
_CONTEXT_NAME = 0xA1
_CALLING_AP_TITLE = 0xA6
_REQUIREMENTS = 0x8A
_MECHANISM = 0x8B
_AUTHENTICATION_VALUE = 0xAC

# Titles, qualifiers and invocation ids that this codec keeps but does not look at.
_IGNORED: dict[int, str] = {
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


_FIELDS: ber.Fields = {
    _PROTOCOL_VERSION: ("protocol-version", ber.read_bits),
    _CONTEXT_NAME: ("application-context-name", ber.read_object_identifier(ApplicationContextName)),
    _CALLING_AP_TITLE: ("calling-ap-title", ber.read_title),
    _REQUIREMENTS: ("sender-acse-requirements", ber.read_bits),
    _MECHANISM: ("mechanism-name", ber.read_object_identifier(MechanismName, implicit=True)),
    _AUTHENTICATION_VALUE: ("calling-authentication-value", ber.read_authentication_value),
    user_information.TAG: ("user-information", user_information.read),
    **{tag: (name, ber.read_opaque) for tag, name in _IGNORED.items()},
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
        found = ber.read_fields(reader, _FIELDS)
        return cls(
            found.get(_CONTEXT_NAME),
            found.get(user_information.TAG),
            found.get(_MECHANISM),
            found.get(_AUTHENTICATION_VALUE),
            found.get(_REQUIREMENTS),
            found.get(_PROTOCOL_VERSION),
            found.get(_CALLING_AP_TITLE),
            tuple(sorted((tag, value) for tag, value in found.items() if tag in _IGNORED)),
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
        """Whether the authentication functional unit is asked for."""
        return (self.sender_acse_requirements or "").startswith(AUTHENTICATION_REQUIREMENT)

    def to_bytes(self) -> bytes:
        """The whole APDU, fields in the standard's order."""
        fields: list[tuple[int, bytes | None]] = [
            *self.ignored,
            (_PROTOCOL_VERSION, ber.if_present(self.protocol_version, ber.bits_bytes)),
            (_CONTEXT_NAME, ber.if_present(self.application_context_name, ber.object_identifier)),
            (_CALLING_AP_TITLE, self.calling_ap_title),
            (_REQUIREMENTS, ber.if_present(self.sender_acse_requirements, ber.bits_bytes)),
            (_MECHANISM, self.mechanism_name),
            (_AUTHENTICATION_VALUE, ber.if_present(self.authentication_value, ber.charstring)),
        ]
        return ber.apdu(self.tag, fields, user_information.encode(self.user_information))
