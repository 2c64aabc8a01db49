"""Association of a client with security: its request, and the check of the answer.

Pass 1 is the AARQ and pass 2 the AARE; with high level security the client then answers the server's
challenge (pass 3) and judges the server's answer to its own (pass 4).

Source: IEC 62056-5-3, COSEM-OPEN; Green Book, 9.2.7.4 (HLS authentication)
"""

from dataclasses import dataclass, field, replace

from protocols.dlms import axdr
from protocols.dlms.acse import (
    AUTHENTICATION_REQUIREMENT,
    Aare,
    Aarq,
    ApplicationContextName,
    ciphered_information,
    title_field,
    title_in,
)
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.access import AssociationLn
from protocols.dlms.cosem.current_association import REPLY_TO_HLS
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.errors import DecipheringError, DlmsValueError, RemoteProtocolError
from protocols.dlms.security.client import ClientProtection, ClientSecurity
from protocols.dlms.security.hls import (
    MAX_CHALLENGE_OCTETS,
    MIN_CHALLENGE_OCTETS,
    WITH_TITLES,
    Hls,
    HlsCredentials,
    HlsParty,
    prove,
    proves,
)
from protocols.dlms.xdlms.action import ActionOutcome, ActionRequestNormal
from protocols.dlms.xdlms.ciphered import Ciphered
from protocols.dlms.xdlms.descriptors import MethodDescriptor
from protocols.dlms.xdlms.initiate import InitiateRequest, InitiateResponse

_REPLY = MethodDescriptor(AssociationLn.class_id, CURRENT_ASSOCIATION, REPLY_TO_HLS)


@dataclass(frozen=True, slots=True)
class Lls:
    """Low level security: a password, never shown."""

    password: bytes = field(repr=False)


class ClientAssociation:
    """Opens one association with what the client knows.

    Args:
        authentication: `Lls`, `Hls`, or None.
        security: titles, keys and protection, or None.

    Attributes:
        protection: protects the association, None in the context without ciphering.

    Raises:
        DlmsValueError: the mechanism needs keys or titles.
    """

    __slots__ = ("_authentication", "_challenge", "_protection", "_security", "_sides")

    def __init__(self, authentication: Lls | Hls | None, security: ClientSecurity | None) -> None:
        if isinstance(authentication, Hls) and authentication.mechanism in WITH_TITLES and security is None:
            raise DlmsValueError(f"{authentication.mechanism.name} needs keys and titles")
        self._authentication = authentication
        self._challenge = authentication.new_challenge() if isinstance(authentication, Hls) else b""
        self._security = security
        self._protection = None if security is None else ClientProtection(security)
        self._sides: tuple[HlsParty, HlsParty] | None = None

    @property
    def protection(self) -> ClientProtection | None:
        """Protects the association, None in the context without ciphering."""
        security = self._security
        return self._protection if security is not None and security.ciphered_context else None

    def rekey(self, security: ClientSecurity) -> None:
        """Go on with other keys, where there is an association at all."""
        self._security = security
        if self._protection is not None:
            self._protection.rekey(security)

    def aarq(self, initiate: InitiateRequest) -> Aarq:
        """Pass 1."""
        request, authentication, security = (
            Aarq(user_information=initiate),
            self._authentication,
            self._security,
        )
        if isinstance(authentication, Lls):
            request = Aarq.with_password(authentication.password, initiate)
        elif authentication is not None:
            request = replace(
                request,
                mechanism_name=authentication.mechanism.value,
                authentication_value=self._challenge,
                sender_acse_requirements=AUTHENTICATION_REQUIREMENT,
            )
        if security is not None:
            request = replace(request, calling_ap_title=title_field(security.client_system_title))
        if self.protection is None:
            return request
        return replace(
            request,
            application_context_name=ApplicationContextName.LN_CIPHERING.value,
            user_information=self.protected_initiate(initiate),
        )

    def protected_initiate(self, initiate: InitiateRequest) -> Ciphered | None:
        """User-information of a request: the initiate request with the dedicated key, protected."""
        protection = self.protection
        if protection is None:
            return None
        whole = replace(initiate, dedicated_key=protection.security.dedicated_key)
        return ciphered_information(protection.protect_initiate(whole.to_bytes()))

    def opened(self, aare: Aare) -> Aare:
        """Pass 2: the accepting AARE with its user-information in the plain.

        Raises:
            RemoteProtocolError: it does not open, comes from another server, or lacks what is needed.
        """
        title, protection = title_in(aare.responding_ap_title), self._protection
        if protection is not None and title is not None:
            if protection.server_title not in (None, title):
                raise DecipheringError("the AARE is of another server")
            protection.server_title = title
        information = aare.user_information
        if isinstance(information, Ciphered):
            if self.protection is None:
                raise DecipheringError("the AARE is ciphered, the context is not")
            response = decode_apdu(self.protection.unprotect_unsigned(information.to_bytes()))
            if not isinstance(response, InitiateResponse):
                raise RemoteProtocolError(f"the AARE holds {response.name}")
            aare = replace(aare, user_information=response)
        elif self.protection is not None and not isinstance(self._authentication, Hls):
            raise DecipheringError("the AARE is not protected")
        if isinstance(self._authentication, Hls):
            self._sides = self._challenged(aare, self._authentication)
        return aare

    def _challenged(self, aare: Aare, hls: Hls) -> tuple[HlsParty, HlsParty]:
        challenge = aare.authentication_value or b""
        if not MIN_CHALLENGE_OCTETS <= len(challenge) <= MAX_CHALLENGE_OCTETS or challenge == self._challenge:
            # One's own challenge sent back would let the server send one's own proof back.
            raise RemoteProtocolError("the server's challenge is missing, too short, too long, or one's own")
        security, protection = self._security, self._protection
        own = b"" if security is None else security.client_system_title
        other = b"" if protection is None else protection.server_title or b""
        if hls.mechanism in WITH_TITLES and not other:
            raise RemoteProtocolError("the AARE names no system title")
        return HlsParty(own, self._challenge), HlsParty(other, challenge)

    @property
    def challenged(self) -> bool:
        """True if passes 3 and 4 are due."""
        return self._sides is not None

    def reply(self, invoke: int) -> bytes:
        """Pass 3: the request that answers the server's challenge, before it is protected."""
        hls, (own, server) = self._hls()
        proof = prove(hls.mechanism, self._proving(hls), own, server)
        return ActionRequestNormal(invoke, _REPLY, axdr.octet_string(proof)).to_bytes()

    def check(self, outcome: ActionOutcome) -> None:
        """Pass 4.

        Raises:
            DecipheringError: the server does not know the secret.
        """
        hls, (own, server) = self._hls()
        proof = outcome.returned.value if isinstance(outcome.returned, Data) else None
        if not isinstance(proof, bytes) or not proves(hls.mechanism, self._proving(hls), server, own, proof):
            raise DecipheringError("the server did not prove that it knows the secret")

    def _hls(self) -> tuple[Hls, tuple[HlsParty, HlsParty]]:
        if not isinstance(self._authentication, Hls) or self._sides is None:
            raise RemoteProtocolError("no challenge was exchanged")
        return self._authentication, self._sides

    def _proving(self, hls: Hls) -> HlsCredentials:
        security, protection = self._security, self._protection
        if security is None or protection is None:
            return HlsCredentials(secret=hls.secret)
        return HlsCredentials(
            hls.secret, protection.cipher, int(security.suite), security.counter.take, security.signer
        )
