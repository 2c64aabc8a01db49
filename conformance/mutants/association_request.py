"""Mutants of the association request: versions, contexts, conformance, unused fields (APPL_OPEN)."""

import dataclasses

from conformance.mutants._bases import Retouching, initiate_of, with_initiate
from conformance.mutants._parts import SERVER
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.acse import Aare, Aarq, ApplicationContextName
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.cosem.device import AssociationProfile
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.xdlms.initiate import DLMS_VERSION, InitiateResponse


@mutant(
    "answers-dlms-version-5",
    "dlms-yb/APPL_OPEN_1",
    Message("says DLMS version 5"),
    SERVER,
)
class AnswersDlmsVersion5(ServerConnection):
    """A meter that opens associations of DLMS version 5."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        aare = decode_apdu(answer)
        response = aare.user_information if isinstance(aare, Aare) else None
        if not isinstance(aare, Aare) or not isinstance(response, InitiateResponse):
            return answer
        return dataclasses.replace(aare, user_information=dataclasses.replace(response, version=5)).to_bytes()


@mutant(
    "accepts-dlms-version-5",
    "dlms-yb/APPL_OPEN_12",
    Message("accepts DLMS version 5"),
    SERVER,
)
class AcceptsDlmsVersion5(Retouching):
    """A meter that does not look at the DLMS version."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Say version 6 in the client's place."""
        return with_initiate(aarq, version=DLMS_VERSION)


@mutant(
    "grants-more-than-proposed",
    "dlms-yb/APPL_OPEN_1",
    Message("grants services that the client did not propose"),
    SERVER,
)
class GrantsMoreThanProposed(Retouching):
    """A meter that grants every service it has, asked for or not."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Propose everything in the client's place."""
        return with_initiate(aarq, conformance=IMPLEMENTED)


@mutant(
    "accepts-empty-conformance",
    "dlms-yb/APPL_OPEN_13",
    Message("accepts a proposal without services"),
    SERVER,
)
class AcceptsEmptyConformance(Retouching):
    """A meter that accepts a client that proposes no service at all."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Propose everything where the client proposes nothing."""
        initiate = initiate_of(aarq)
        empty = initiate is not None and not initiate.conformance
        return with_initiate(aarq, conformance=IMPLEMENTED) if empty else aarq


_CALLING_AE_INVOCATION_ID = 0xA9  # the user of the client


@mutant(
    "refuses-every-user",
    "dlms-yb/APPL_OPEN_2",
    Message("with an empty list of users it admits none"),
    SERVER,
)
class RefusesEveryUser(Retouching):
    """A meter whose list of users is empty, and which lets no user in for that."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Take the context away from such a request, which spoils it."""
        refused = any(tag == _CALLING_AE_INVOCATION_ID for tag, _ in aarq.ignored)
        return dataclasses.replace(aarq, application_context_name=None) if refused else aarq


@mutant(
    "ignores-acse-version",
    "dlms-yb/APPL_OPEN_4",
    Message("does not look at the ACSE version"),
    SERVER,
)
class IgnoresAcseVersion(Retouching):
    """A meter that does not look at the versions of ACSE that its client speaks."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Leave the versions out."""
        return dataclasses.replace(aarq, protocol_version=None)


@mutant(
    "accepts-unknown-context",
    "dlms-yb/APPL_OPEN_5",
    Message("accepts an unknown application context"),
    SERVER,
)
class AcceptsUnknownContext(Retouching):
    """A meter that accepts an application context that does not exist."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Name the usual context in the place of a stranger."""
        known = aarq.application_context_name in {name.value for name in ApplicationContextName}
        usual = ApplicationContextName.LN_NO_CIPHERING.value
        return aarq if known else dataclasses.replace(aarq, application_context_name=usual)


@mutant(
    "refuses-unused-fields",
    "dlms-yb/APPL_OPEN_6",
    Message("refuses unused fields"),
    SERVER,
)
class RefusesUnusedFields(Retouching):
    """A meter that refuses an association request with titles that it has no use for."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Take the context away from such a request, which spoils it."""
        refused = bool(aarq.ignored)
        return dataclasses.replace(aarq, application_context_name=None) if refused else aarq


@mutant(
    "refuses-quality-of-service",
    "dlms-yb/APPL_OPEN_11",
    Message("refuses a proposed quality of service"),
    SERVER,
)
class RefusesQualityOfService(Retouching):
    """A meter that refuses a client that says a quality of service."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Take the context away from such a request, which spoils it."""
        initiate = initiate_of(aarq)
        refused = initiate is not None and initiate.quality_of_service is not None
        return dataclasses.replace(aarq, application_context_name=None) if refused else aarq
